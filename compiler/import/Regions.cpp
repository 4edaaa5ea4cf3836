//===- Regions.cpp - Typed regions as operations --------------------------===//

#include "import/Regions.h"
#include "import/Locations.h"

#include "Flow/IR/FlowOps.h"
#include "Lane/IR/LaneBuilder.h"
#include "Prob/IR/ProbOps.h"

#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/FormatVariadic.h"

#include <charconv>

using namespace mlir;
using namespace rill;
using namespace rill::import;
namespace typed = rill::lang::typed;
using lang::SpaceKind;
using typed::OpKind;

std::string rill::import::distSymbol(const typed::Program &program,
                                     typed::DistId dist) {
  return llvm::formatv("{0}.{1}", program.dists[dist].name, dist);
}

lane::TensorType rill::import::typeOf(const lang::Space &space, bool inv,
                                      MLIRContext *context) {
  Type element = space.isFloat() ? Type(Float32Type::get(context))
                 : space.kind() == SpaceKind::Bool
                     ? Type(IntegerType::get(context, 1))
                     : Type(IntegerType::get(context, 32));
  return lane::tensorOf(space.shape(), element, inv);
}

/// The shortest decimal number that reads back as this one.
static std::string exactly(double value) {
  char text[32];
  return {text, std::to_chars(text, std::end(text), value).ptr};
}

std::string rill::import::chartOf(const lang::Space &space) {
  switch (space.kind()) {
  case SpaceKind::Positive:
    return "softplus";
  case SpaceKind::Unit:
  case SpaceKind::Interval:
    return "interval " + exactly(space.lo()) + " " + exactly(space.hi());
  case SpaceKind::Simplex:
    return "simplex";
  case SpaceKind::PLU:
    return "plu";
  case SpaceKind::LowerUnit:
    return "lower_unit";
  case SpaceKind::Orthogonal:
    return "orthogonal";
  case SpaceKind::Permutation:
    return "permutation";
  default:
    return "identity";
  }
}

Location RegionImporter::loc(const Op &op) const {
  Location place = locationOf(op.range, sources, b.getContext());
  bool named =
      op.results.size() == 1 && !program.values[op.results[0]].name.empty();
  if (!named)
    return place;
  return NameLoc::get(b.getStringAttr(program.values[op.results[0]].name),
                      place);
}

SmallVector<Value> RegionImporter::operands(const Op &op) const {
  SmallVector<Value> result;
  for (typed::ValueId id : op.operands)
    result.push_back(values.at(id));
  return result;
}

void RegionImporter::bindResults(const Op &op, Operation *made) {
  for (auto [id, result] : llvm::zip(op.results, made->getResults()))
    values[id] = result;
}

SmallVector<Value> RegionImporter::import(const typed::Region &region) {
  for (const Op &op : region.ops)
    importOp(op);
  SmallVector<Value> results;
  for (typed::ValueId id : region.results)
    results.push_back(values.at(id));
  return results;
}

void RegionImporter::importOp(const Op &op) {
  if (early.contains(&op))
    return;
  switch (op.kind) {
  case OpKind::Tensor:
    return importTensor(op);
  case OpKind::Param:
    return importParam(op);
  case OpKind::First: {
    Value x = values.at(op.operands[0]);
    auto type = lane::typeOf(x).withInv(true);
    values[op.results[0]] = flow::FirstOp::create(b, loc(op), type, x);
    return;
  }
  case OpKind::Read:
    values[op.results[0]] = readPlace(op.index, loc(op));
    return;
  case OpKind::Assign:
    return importAssign(op);
  case OpKind::View:
    return importView(op);
  case OpKind::Repeat:
    return importRepeat(op);
  case OpKind::Scan:
    return importScan(op);
  case OpKind::MatVec: {
    auto matrix = values.at(op.operands[0]);
    Value x = values.at(op.operands[1]);
    values[op.results[0]] = flow::MatVecOp::create(
        b, loc(op), x.getType(), matrix, x, chartOf(space(op.operands[0])));
    return;
  }
  case OpKind::Require:
    flow::RequireOp::create(b, loc(op), values.at(op.operands[0]), op.spelling);
    return;
  case OpKind::Logp:
  case OpKind::Sample:
  case OpKind::Latent:
  case OpKind::Generate:
    return importMember(op);
  case OpKind::Deriv:
    return importDerivative(op);
  case OpKind::Ode:
    return importOde(op);
  }
}

//===----------------------------------------------------------------------===//
// Tensor operations
//===----------------------------------------------------------------------===//

/// The value of lane.const: one number, or all elements.
static Attribute constantValue(const typed::Attr &attr,
                               const lang::Space &space, OpBuilder &b) {
  if (auto *number = std::get_if<double>(&attr))
    return b.getF64FloatAttr(*number);
  if (auto *number = std::get_if<int64_t>(&attr))
    return b.getF64FloatAttr(double(*number));
  std::vector<double> elements;
  if (auto *ints = std::get_if<std::vector<int64_t>>(&attr))
    elements.assign(ints->begin(), ints->end());
  else
    elements = std::get<std::vector<double>>(attr);
  if (space.isFloat())
    return DenseElementsAttr::get(
        RankedTensorType::get(space.shape(), b.getF64Type()),
        ArrayRef<double>(elements));
  if (space.kind() == SpaceKind::Bool) {
    SmallVector<bool> bits;
    for (double e : elements)
      bits.push_back(e != 0);
    return DenseElementsAttr::get(
        RankedTensorType::get(space.shape(), b.getI1Type()),
        ArrayRef<bool>(bits));
  }
  SmallVector<int32_t> ints(elements.begin(), elements.end());
  return DenseElementsAttr::get(
      RankedTensorType::get(space.shape(), b.getI32Type()),
      ArrayRef<int32_t>(ints));
}

/// A typed attribute as the one that the lane operation of this name takes.
static Attribute laneAttribute(StringRef op, StringRef name,
                               const typed::Attr &attr, OpBuilder &b) {
  MLIRContext *context = b.getContext();
  if (auto *text = std::get_if<std::string>(&attr)) {
    if (name == "pred")
      return lane::PredicateAttr::get(context,
                                      *lane::symbolizePredicate(*text));
    if (name == "law")
      return lane::LawAttr::get(context, *lane::symbolizeLaw(*text));
    if (name == "kind" && op == "reduce_batch")
      return lane::BatchKindAttr::get(context,
                                      *lane::symbolizeBatchKind(*text));
    if (name == "kind")
      return lane::ReduceKindAttr::get(context,
                                       *lane::symbolizeReduceKind(*text));
    return b.getStringAttr(*text);
  }
  if (auto *list = std::get_if<std::vector<int64_t>>(&attr))
    return b.getDenseI64ArrayAttr(*list);
  int64_t number = std::get<int64_t>(attr);
  bool flag = llvm::StringSwitch<bool>(name)
                  .Cases({"exclusive", "lower", "unit", "transpose",
                          "per_sample", "batch"},
                         true)
                  .Case("reverse", true)
                  .Default(false);
  if (flag)
    return number ? Attribute(b.getUnitAttr()) : Attribute();
  return b.getI64IntegerAttr(number);
}

/// A row of an invariant table at a run-time index is a lookup.
void RegionImporter::importTake(const Op &op) {
  lane::LaneBuilder at(b, loc(op));
  Value table = values.at(op.operands[0]), index = values.at(op.operands[1]);
  int64_t dim = std::get<int64_t>(op.attrs.at("dim"));
  if (!lane::isInvariant(table)) {
    values[op.results[0]] = lane::TakeOp::create(b, loc(op), table, index, dim);
    return;
  }
  if (dim != 0) {
    SmallVector<int64_t> perm{dim};
    for (int64_t axis = 0; axis != lane::typeOf(table).getRank(); ++axis)
      if (axis != dim)
        perm.push_back(axis);
    table = at.permute(table, perm);
  }
  values[op.results[0]] = lane::LookupOp::create(b, loc(op), table, index);
}

/// Rows of a table at an array of run-time indices: of a per-sample table one
/// after the other.
void RegionImporter::importLookup(const Op &op) {
  lane::LaneBuilder at(b, loc(op));
  Value table = values.at(op.operands[0]), index = values.at(op.operands[1]);
  if (lane::isInvariant(table)) {
    values[op.results[0]] = lane::LookupOp::create(b, loc(op), table, index);
    return;
  }
  SmallVector<int64_t> shape(lane::typeOf(index).getShape());
  int64_t count = lane::typeOf(index).getNumElements();
  Value flat = at.reshape(index, {count});
  SmallVector<int64_t> row{1};
  llvm::append_range(row, lane::typeOf(table).getShape().drop_front());
  SmallVector<Value> rows;
  for (int64_t i = 0; i != count; ++i) {
    Value one = at.reshape(
        lane::SliceOp::create(b, loc(op), flat, ArrayRef<int64_t>{i},
                              ArrayRef<int64_t>{1}, ArrayRef<int64_t>{1}),
        {});
    rows.push_back(
        at.reshape(lane::TakeOp::create(b, loc(op), table, one, 0), row));
  }
  Value all = rows.size() == 1
                  ? rows[0]
                  : lane::ConcatOp::create(b, loc(op), 0, rows).getResult();
  llvm::append_range(shape, ArrayRef<int64_t>(row).drop_front());
  values[op.results[0]] = at.reshape(all, shape);
}

void RegionImporter::importTensor(const Op &op) {
  if (op.name == "take")
    return importTake(op);
  if (op.name == "lookup")
    return importLookup(op);
  OperationState state(loc(op), "lane." + op.name);
  SmallVector<Value> inputs = operands(op);
  state.addOperands(inputs);
  for (const auto &[name, attr] : op.attrs) {
    Attribute value = op.name == "const" && name == "value"
                          ? constantValue(attr, space(op.results[0]), b)
                          : laneAttribute(op.name, name, attr, b);
    if (value)
      state.addAttribute(name == "pred" ? "predicate" : name, value);
  }
  bool inv = llvm::all_of(inputs, lane::isInvariant);
  if (op.name == "vary")
    inv = false;
  if (op.name == "reduce_batch" || state.attributes.get("batch"))
    inv = true;
  if (op.name == "draw")
    inv = !state.attributes.get("per_sample");
  for (typed::ValueId id : op.results)
    state.addTypes(typeOf(space(id), inv, b.getContext()));
  bindResults(op, b.create(state));
}

void RegionImporter::importParam(const Op &op) {
  const typed::Param &param = program.params[op.index];
  auto type = typeOf(param.space, /*inv=*/true, b.getContext());
  OpBuilder::InsertionGuard guard(b);
  if (field)
    b.setInsertionPoint(field);
  // An instance that the steps of a repeat share belongs before it.
  if (repeats.size() > param.stack.size())
    b.setInsertionPoint(repeats[param.stack.size()]);
  else if (derivative && !field && isKnownOutside(op.regions.front()))
    b.setInsertionPoint(derivative);
  else // the steps of a scan share it
    for (auto [scan, around] : scans)
      if (around == repeats.size()) {
        b.setInsertionPoint(scan);
        break;
      }
  auto made = flow::ParamOp::create(b, loc(op), type, op.index, param.path,
                                    chartOf(param.space));
  // Places are cut and glued out here: what is made in the region ends there.
  b.setInsertionPoint(made);
  for (const Op &inner : op.regions.front().ops)
    if (inner.kind == OpKind::Read)
      readPlace(inner.index, loc(inner));
  b.createBlock(&made.getInit());
  SmallVector<Value> init = import(op.regions.front());
  flow::YieldOp::create(b, loc(op), init);
  values[op.results[0]] = made.getValue();
}

//===----------------------------------------------------------------------===//
// Members of laws
//===----------------------------------------------------------------------===//

void RegionImporter::importMember(const Op &op) {
  StringRef member = op.kind == OpKind::Logp     ? "prob.logp"
                     : op.kind == OpKind::Sample ? "prob.sample"
                     : op.kind == OpKind::Latent ? "prob.latent"
                                                 : "prob.generate";
  OperationState state(loc(op), member);
  state.addOperands(operands(op));
  state.addAttribute(
      "dist",
      FlatSymbolRefAttr::get(b.getContext(), distSymbol(program, op.index)));
  for (typed::ValueId id : op.results)
    state.addTypes(typeOf(space(id), /*inv=*/false, b.getContext()));
  bindResults(op, b.create(state));
}
