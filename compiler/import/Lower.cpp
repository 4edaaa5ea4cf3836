//===- Lower.cpp - Entry points to lane functions -------------------------===//
//
// Derives every entry point, adds the parameters that it reads as arguments,
// and makes the gradient and the initial values of each training. What a user
// wrote that cannot be derived is reported here.
//
//===----------------------------------------------------------------------===//

#include "import/Entries.h"
#include "import/Import.h"
#include "import/Locations.h"
#include "import/Regions.h"

#include "Prob/Transforms/Expand.h"

#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace rill;
using namespace rill::import;
namespace typed = rill::lang::typed;
using lane::LaneBuilder;
using lang::Code;

//===----------------------------------------------------------------------===//
// Faults
//===----------------------------------------------------------------------===//

/// The first update before `op` whose place a missing value is read from.
static flow::UpdateOp overwriter(Value missing) {
  SmallVector<Value> work{missing};
  llvm::DenseSet<Value> seen;
  while (!work.empty()) {
    Value v = work.pop_back_val();
    if (!seen.insert(v).second)
      continue;
    for (Operation *user : v.getUsers())
      if (auto update = dyn_cast<flow::UpdateOp>(user);
          update && update.getPlace() == v)
        return update;
    if (Operation *op = v.getDefiningOp())
      work.append(op->operand_begin(), op->operand_end());
  }
  return {};
}

static void reportFlow(prob::ExpandFault &fault, lang::DiagnosticEngine &diag) {
  Operation *op = fault.flow.op ? fault.flow.op : fault.use;
  if (!isa<flow::UpdateOp, flow::ParamOp, flow::RepeatOp, flow::SplitOp,
           flow::JoinOp>(op)) {
    diag.error(Code::Internal, rangeOf(op->getLoc()),
               "'" + op->getName().getStringRef().str() +
                   "' could not be derived; please report this");
    return;
  }
  // An update that waits for a parameter: the parameter is what is not known.
  if (fault.flow.missing)
    if (auto param = fault.flow.missing.getDefiningOp<flow::ParamOp>())
      op = param;
  lang::SourceRange range = rangeOf(op->getLoc());
  if (isa<flow::ParamOp>(op)) {
    diag.error(Code::FirstNotKnown, range,
               "'first' reads a value that is not known when training starts",
               "not known in the direction that training runs")
        .why("the first batch runs through the flow in the direction of the "
             "density; there this value comes after the parameter")
        .help("read the place on the other side of the update, or give the "
              "parameter a constant initial value");
    return;
  }
  auto update = dyn_cast<flow::UpdateOp>(op);
  if (update && !fault.flow.missing) {
    bool density = fault.dist && fault.dist.getForm() == "push";
    std::string law = fault.dist.getSymName().split('.').first.str();
    diag.error(Code::OneWayFlow, rangeOf(fault.use->getLoc()),
               density ? "'" + law + "' has no density at a given point"
                       : "'" + law + "' cannot be sampled",
               density ? "the point is no draw of it" : "")
        .label(range, "has no inverse")
        .why("a rank-one update is known in one direction only: forwards")
        .help(density ? "the density of its own draws is known: E[z ~ " + law +
                            "] " + law + ".logp(z)"
                      : "push the base through the flow instead of pulling");
    return;
  }
  std::string name = update ? update.getName().str() : "place";
  lang::Diagnostic &d =
      diag.error(Code::ContextUnknownBackwards, range,
                 "this update of '" + name + "' cannot be undone",
                 "what it reads is replaced later");
  if (flow::UpdateOp later = overwriter(fault.flow.missing))
    d.label(rangeOf(later.getLoc()),
            "'" + later.getName().str() + "' is replaced here");
  d.why("run backwards, an update is undone with the values it read, so they "
        "must still be there or be recovered first");
  d.help("let the updates read places that stay as they are, or are undone "
         "before; see `rill explain R0220`");
}

static void reportFault(prob::ExpandFault &fault,
                        lang::DiagnosticEngine &diag) {
  if (fault.missing.empty())
    return reportFlow(fault, diag);
  bool density = fault.missing == "logp";
  prob::DistOp dist = fault.dist;
  diag.error(density ? Code::NoDensity : Code::NoSampler,
             rangeOf(fault.use->getLoc()),
             "'" + dist.getSymName().split('.').first.str() + "' has no " +
                 fault.missing)
      .help(std::string("give it the member '") +
            (density ? "logp(x) = ..." : "sample = ...") + "'");
}

//===----------------------------------------------------------------------===//
// Entry points
//===----------------------------------------------------------------------===//

namespace {
class Lowering {
public:
  Lowering(ModuleOp module, const typed::Program &program,
           lang::DiagnosticEngine &diag)
      : module(module), program(program), diag(diag), symbols(module),
        b(module.getContext()) {}

  LogicalResult run();

private:
  lane::TensorType rawType(int64_t param);
  func::FuncOp shell(const std::string &name, func::FuncOp like,
                     ArrayRef<int64_t> params);
  func::FuncOp expand(func::FuncOp entry);
  void addGradient(func::FuncOp loss, const typed::Train &train, size_t index);
  LogicalResult addInit(func::FuncOp entry, const typed::Train &train,
                        size_t index);
  void addRequirements(ArrayRef<func::FuncOp> entries, size_t index);
  LogicalResult addUntrainedInit(ArrayRef<func::FuncOp> entries);
  SmallVector<int64_t> trained(ArrayRef<int64_t> params,
                               const typed::Train &train) const;

  ModuleOp module;
  const typed::Program &program;
  lang::DiagnosticEngine &diag;
  SymbolTable symbols;
  OpBuilder b;
  llvm::SetVector<int64_t> started; ///< by the trainings so far
};
} // namespace

lane::TensorType Lowering::rawType(int64_t index) {
  const typed::Param &param = program.params[index];
  lane::TensorType type = typeOf(param.space, true, module.getContext());
  for (int64_t count : llvm::reverse(param.stack))
    type = type.stacked(count);
  return type;
}

/// A function with the arguments of `like` and the parameters after them.
func::FuncOp Lowering::shell(const std::string &name, func::FuncOp like,
                             ArrayRef<int64_t> params) {
  SmallVector<Type> types(like.getArgumentTypes());
  for (int64_t index : params)
    types.push_back(rawType(index));
  b.setInsertionPointToEnd(module.getBody());
  auto function = func::FuncOp::create(b, like.getLoc(), name,
                                       b.getFunctionType(types, {}));
  function->setAttr(entryAttr, b.getUnitAttr());
  if (like->hasAttr(alsoF64Attr))
    function->setAttr(alsoF64Attr, b.getUnitAttr());
  unsigned own = like.getNumArguments();
  for (unsigned i = 0; i < own; ++i)
    function.setArgAttr(i, argAttr, like.getArgAttr(i, argAttr));
  for (auto [k, index] : llvm::enumerate(params))
    function.setArgAttr(own + k, argAttr,
                        b.getStringAttr("param:" + std::to_string(index)));
  b.setInsertionPointToStart(function.addEntryBlock());
  return function;
}

static void finish(func::FuncOp function, ValueRange results,
                   ArrayRef<std::string> roles, OpBuilder &b) {
  func::ReturnOp::create(b, function.getLoc(), results);
  function.setType(b.getFunctionType(function.getFunctionType().getInputs(),
                                     results.getTypes()));
  for (auto [i, role] : llvm::enumerate(roles))
    function.setResultAttr(i, resultAttr, b.getStringAttr(role));
}

func::FuncOp Lowering::expand(func::FuncOp entry) {
  SmallVector<int64_t> params = prob::paramsOf(entry, symbols);
  func::FuncOp function = shell((entry.getName() + "$").str(), entry, params);
  flow::ParamScope scope;
  unsigned own = entry.getNumArguments();
  for (auto [k, index] : llvm::enumerate(params))
    scope.raws[index] = function.getArgument(own + k);
  LaneBuilder at(b, entry.getLoc());
  prob::ExpandFault fault;
  auto results =
      prob::expandInto(entry, function.getArguments().take_front(own), scope,
                       symbols, at, fault);
  if (!results) {
    reportFault(fault, diag);
    function.erase();
    return {};
  }
  // A value that does not vary (a density without its subject) still has one
  // copy per sample for the caller, unless it is a mean.
  SmallVector<std::string> roles;
  for (unsigned i = 0; i < entry.getNumResults(); ++i) {
    roles.push_back(cast<StringAttr>(entry.getResultAttr(i, resultAttr)).str());
    (*results)[i] = at.withRate((*results)[i], roles.back() == "loss");
  }
  finish(function, *results, roles, b);
  return function;
}

SmallVector<int64_t> Lowering::trained(ArrayRef<int64_t> params,
                                       const typed::Train &train) const {
  SmallVector<int64_t> result;
  for (int64_t index : params) {
    StringRef path = program.params[index].path;
    bool named = llvm::any_of(train.instances, [&](const std::string &prefix) {
      return path == prefix || path.starts_with(prefix + ".");
    });
    if (named || train.instances.empty())
      result.push_back(index);
  }
  return result;
}

/// trainK.grad: the loss and its adjoints, as one lane.vjp over the loss.
void Lowering::addGradient(func::FuncOp loss, const typed::Train &train,
                           size_t index) {
  SmallVector<int64_t> params, positions, wrt;
  for (unsigned i = 0; i < loss.getNumArguments(); ++i) {
    StringRef role = cast<StringAttr>(loss.getArgAttr(i, argAttr)).getValue();
    int64_t param;
    if (role.consume_front("param:") && !role.getAsInteger(10, param)) {
      params.push_back(param);
      positions.push_back(i);
    }
  }
  // A permutation is drawn once and has no derivative.
  SmallVector<int64_t> changed = trained(params, train);
  llvm::erase_if(changed, [&](int64_t index) {
    return program.params[index].space.kind() == lang::SpaceKind::Permutation;
  });
  SmallVector<std::string> roles{"loss"};
  for (auto [param, position] : llvm::zip(params, positions))
    if (llvm::is_contained(changed, param)) {
      wrt.push_back(position);
      roles.push_back("grad:" + std::to_string(param));
    }
  if (wrt.empty()) {
    diag.error(Code::NothingToTrain, train.range,
               "the loss reads no parameter of what is to be trained")
        .help("name the instance whose parameters the loss depends on");
    return;
  }
  func::FuncOp function =
      shell("train" + std::to_string(index) + ".grad", loss, {});
  LaneBuilder at(b, loss.getLoc());
  Type lossType = loss.getResultTypes()[0];
  Value seed = at.constant(cast<lane::TensorType>(lossType), 1);
  auto vjp = lane::VjpOp::create(b, loss.getLoc(), wrt, function.getArguments(),
                                 ValueRange{seed}, TypeRange{lossType});
  {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToEnd(&vjp.getBlock());
    IRMapping map;
    map.map(loss.getArguments(), vjp.getBlock().getArguments());
    Block &body = loss.getBody().front();
    for (Operation &op : body.without_terminator())
      b.clone(op, map);
    lane::YieldOp::create(
        b, loss.getLoc(),
        ValueRange{map.lookup(body.getTerminator()->getOperand(0))});
  }
  finish(function, vjp->getResults(), roles, b);
}

/// trainK.init: the loss walked once, what the training starts at its initial
/// value and everything else as it is. What an earlier training started goes on
/// from there.
LogicalResult Lowering::addInit(func::FuncOp entry, const typed::Train &train,
                                size_t index) {
  SmallVector<int64_t> params = prob::paramsOf(entry, symbols), fresh, others;
  SmallVector<int64_t> changed = trained(params, train);
  for (int64_t param : params)
    (llvm::is_contained(changed, param) && started.insert(param) ? fresh
                                                                 : others)
        .push_back(param);
  if (fresh.empty())
    return success();
  func::FuncOp function =
      shell("train" + std::to_string(index) + ".init", entry, others);
  function->removeAttr(alsoF64Attr);
  unsigned own = entry.getNumArguments();
  flow::ParamScope scope;
  scope.initial = true;
  for (auto [k, param] : llvm::enumerate(others))
    scope.raws[param] = function.getArgument(own + k);
  LaneBuilder at(b, entry.getLoc());
  prob::ExpandFault fault;
  if (!prob::expandInto(entry, function.getArguments().take_front(own), scope,
                        symbols, at, fault)) {
    reportFault(fault, diag);
    return failure();
  }
  SmallVector<Value> results;
  SmallVector<std::string> roles;
  for (int64_t param : fresh) {
    results.push_back(at.withRate(scope.collected.at(param), true));
    roles.push_back("param:" + std::to_string(param));
  }
  finish(function, results, roles, b);
  return success();
}

/// trainK.require: the conditions on parameters that the entries (the loss, or
/// more) rest on, 1 where one holds and 0 where not, with the axes of its
/// parameters' stacks.
void Lowering::addRequirements(ArrayRef<func::FuncOp> entries, size_t index) {
  llvm::SetVector<int64_t> params;
  for (func::FuncOp entry : entries)
    params.insert_range(prob::paramsOf(entry, symbols));
  Location loc = func::FuncOp(entries.front()).getLoc();
  b.setInsertionPointToEnd(module.getBody());
  SmallVector<Type> types;
  for (int64_t param : params)
    types.push_back(rawType(param));
  auto function =
      func::FuncOp::create(b, loc, "train" + std::to_string(index) + ".require",
                           b.getFunctionType(types, {}));
  function->setAttr(entryAttr, b.getUnitAttr());
  b.setInsertionPointToStart(function.addEntryBlock());
  flow::ParamScope scope;
  scope.judging = true;
  for (auto [k, param] : llvm::enumerate(params)) {
    function.setArgAttr(k, argAttr,
                        b.getStringAttr("param:" + std::to_string(param)));
    scope.raws[param] = function.getArgument(k);
  }
  LaneBuilder at(b, loc);
  // They do not depend on the sample: any row will do.
  for (func::FuncOp entry : entries) {
    SmallVector<Value> rows;
    for (Type type : entry.getArgumentTypes()) {
      auto row = cast<lane::TensorType>(type);
      rows.push_back(at.withRate(at.constant(row.withInv(true), 0), false));
    }
    prob::ExpandFault fault;
    bool expanded =
        prob::expandInto(entry, rows, scope, symbols, at, fault).has_value();
    assert(expanded && "internal error: the entry itself was expanded");
    (void)expanded;
  }
  SmallVector<Value> results;
  SmallVector<std::string> roles;
  for (auto [op, holds] : scope.conditions) {
    lane::TensorType type = lane::typeOf(holds).withElementType(b.getF32Type());
    results.push_back(at.select(holds, at.constant(type, 1), at.zero(type)));
    auto require = cast<flow::RequireOp>(op);
    roles.push_back("require:" + require.getSpelling().str());
  }
  finish(function, results, roles, b);
  if (results.empty())
    function.erase();
}

/// init: what is read before a training starts it (models that are trained
/// later, frozen models, laws of tests) gets its initial values from the
/// entries that read it. Their arguments are this function's.
LogicalResult Lowering::addUntrainedInit(ArrayRef<func::FuncOp> entries) {
  llvm::SetVector<int64_t> left, started;
  for (func::FuncOp entry : entries)
    if (auto train = entry->getAttrOfType<IntegerAttr>(trainAttr)) {
      SmallVector<int64_t> params = prob::paramsOf(entry, symbols);
      started.insert_range(trained(params, program.trains[train.getInt()]));
      for (int64_t param : params)
        if (!started.contains(param))
          left.insert(param);
    }
  for (func::FuncOp entry : entries)
    for (int64_t param : prob::paramsOf(entry, symbols))
      if (!started.contains(param))
        left.insert(param);
  if (left.empty())
    return success();

  b.setInsertionPointToEnd(module.getBody());
  auto function = func::FuncOp::create(b, module.getLoc(), "init",
                                       b.getFunctionType({}, {}));
  function->setAttr(entryAttr, b.getUnitAttr());
  Block *block = function.addEntryBlock();
  SmallVector<Value> results;
  SmallVector<std::string> roles;
  SmallVector<Attribute> argRoles;
  prob::ExpandFault fault;
  for (func::FuncOp entry : entries) {
    SmallVector<int64_t> params = prob::paramsOf(entry, symbols);
    if (llvm::none_of(params, [&](int64_t p) { return left.contains(p); }))
      continue;
    SmallVector<Value> arguments;
    for (BlockArgument arg : entry.getArguments())
      arguments.push_back(block->addArgument(arg.getType(), arg.getLoc()));
    for (unsigned i = 0; i < entry.getNumArguments(); ++i)
      argRoles.push_back(entry.getArgAttr(i, argAttr));
    b.setInsertionPointToEnd(block);
    flow::ParamScope scope;
    scope.initial = true;
    LaneBuilder at(b, entry.getLoc());
    // A law whose density cannot start its parameters may by its draws.
    if (!prob::expandInto(entry, arguments, scope, symbols, at, fault))
      continue;
    for (int64_t param : params)
      if (left.remove(param)) {
        results.push_back(at.withRate(scope.collected.at(param), true));
        roles.push_back("param:" + std::to_string(param));
      }
  }
  if (!left.empty()) {
    reportFault(fault, diag);
    return failure();
  }
  function.setType(b.getFunctionType(block->getArgumentTypes(), {}));
  for (auto [i, role] : llvm::enumerate(argRoles))
    function.setArgAttr(i, argAttr, role);
  finish(function, results, roles, b);
  return success();
}

LogicalResult Lowering::run() {
  auto entries = llvm::to_vector(module.getOps<func::FuncOp>());
  bool ok = true;
  for (func::FuncOp entry : entries) {
    func::FuncOp function = expand(entry);
    if (!function) {
      ok = false;
      continue;
    }
    if (auto train = entry->getAttrOfType<IntegerAttr>(trainAttr)) {
      size_t index = train.getInt();
      addGradient(function, program.trains[index], index);
      ok &= succeeded(addInit(entry, program.trains[index], index));
    }
  }
  if (!ok || diag.hasErrors() || failed(addUntrainedInit(entries)))
    return failure();
  // The last training judges all that the program uses, trained or not.
  for (func::FuncOp entry : entries)
    if (auto train = entry->getAttrOfType<IntegerAttr>(trainAttr)) {
      bool last = size_t(train.getInt()) + 1 == program.trains.size();
      addRequirements(last ? ArrayRef(entries) : ArrayRef(entry),
                      train.getInt());
    }
  for (func::FuncOp entry : entries) {
    auto made =
        module.lookupSymbol<func::FuncOp>((entry.getName() + "$").str());
    StringAttr name = entry.getNameAttr();
    entry.erase();
    made.setName(name);
  }
  for (auto dist : llvm::make_early_inc_range(module.getOps<prob::DistOp>()))
    dist.erase();
  return success();
}

LogicalResult rill::import::lowerModelToLane(ModuleOp module,
                                             const typed::Program &program,
                                             lang::DiagnosticEngine &diag) {
  return Lowering(module, program, diag).run();
}
