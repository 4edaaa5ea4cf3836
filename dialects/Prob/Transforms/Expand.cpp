// Members of laws by derivation; see Expand.h.
#include "Prob/Transforms/Expand.h"

#include "Flow/Transforms/Values.h"
#include "Lane/IR/LaneCalculus.h"

#include "rill/philox.h"

#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace rill;
using namespace rill::prob;
using lane::LaneBuilder;

namespace {
/// Emits members of laws with the parameters of one scope.
class Expander {
public:
  Expander(LaneBuilder &b, flow::ParamScope &params, SymbolTable &symbols,
           ExpandFault &fault)
      : b(b), params(params), symbols(symbols), fault(fault) {}

  /// Emits a block of values and uses of laws; what its terminator is given.
  std::optional<SmallVector<Value>> emit(Block &block, IRMapping &known);
  /// The results of one prob operation; empty after a fault.
  SmallVector<Value> expand(Operation *use, ValueRange operands);

private:
  Value logp(DistOp dist, ValueRange operands);
  /// Draws of the law, and last their log-density: from the base's, without
  /// going back.
  SmallVector<Value> sampleWithLogp(DistOp dist, ValueRange conditions);
  SmallVector<Value> sample(DistOp dist, ValueRange conditions);
  SmallVector<Value> transport(DistOp dist, ValueRange operands, bool toBase,
                               bool wantLogDet);
  DistOp baseOf(DistOp dist) { return symbols.lookup<DistOp>(*dist.getBase()); }
  SmallVector<Value> members(Region &region, ValueRange arguments, DistOp dist,
                             StringRef what);

  LaneBuilder &b;
  flow::ParamScope &params;
  SymbolTable &symbols;
  ExpandFault &fault;
  uint64_t path = 0; ///< of uses of laws, from the entry
};
} // namespace

static bool isUse(Operation *op) {
  return isa<LogpOp, SampleOp, LatentOp, GenerateOp>(op);
}

/// The number of a draw, or of a use of a law, below a path of uses: draws of
/// one law at two places are independent, and each is the same in every call.
static uint64_t siteBelow(uint64_t path, uint64_t site) {
  uint64_t key = philox::absorb(philox::absorb(0, path), site);
  return key & (uint64_t(INT64_MAX)); // sites are not negative
}

/// Whether the density is that of this draw, under the same conditions.
static bool isOfDraw(LogpOp density, SampleOp draw) {
  size_t results = draw.getNumResults();
  return density.getDist() == draw.getDist() &&
         density->getBlock() == draw->getBlock() &&
         density.getOperands().take_front(results) == draw.getResults() &&
         density.getOperands().drop_front(results) == draw.getOperands();
}

static bool wantsDensity(SampleOp draw) {
  return llvm::any_of(draw.getResult(0).getUsers(), [&](Operation *user) {
    auto density = dyn_cast<LogpOp>(user);
    return density && isOfDraw(density, draw);
  });
}

/// What is known of a density at a draw that was made with it.
static Value densityOf(Operation &use,
                       const llvm::DenseMap<Operation *, Value> &densities) {
  auto density = dyn_cast<LogpOp>(use);
  auto draw = density && !density.getOperands().empty()
                  ? density.getOperands()[0].getDefiningOp<SampleOp>()
                  : SampleOp();
  return draw && isOfDraw(density, draw) ? densities.lookup(draw) : Value();
}

std::optional<SmallVector<Value>> Expander::emit(Block &block,
                                                 IRMapping &known) {
  uint64_t uses = 0;
  llvm::DenseMap<Operation *, Value> densities; // of draws
  for (Operation &op : block.without_terminator()) {
    if (auto require = dyn_cast<flow::RequireOp>(op)) {
      if (params.judging)
        params.conditions.insert({&op, known.lookup(require.getCondition())});
      continue;
    }
    if (lane::isCalculus(op)) {
      // Its region uses laws at the parameters of this scope.
      auto inside = [&](Block &region, IRMapping &map, LaneBuilder &at) {
        Expander inner(at, params, symbols, fault);
        inner.path = path;
        return inner.emit(region, map);
      };
      uint64_t outer = path;
      path = siteBelow(path, uses++);
      bool made = flow::emitCalculus(op, known, params, b, inside);
      path = outer;
      if (made)
        continue;
      if (!fault.use)
        fault.use = &op;
      return std::nullopt;
    }
    if (!isUse(&op)) {
      if (!flow::emitForward(op, known, params, b, fault.flow)) {
        fault.use = &op;
        return std::nullopt;
      }
      if (isa<lane::DrawOp>(op)) {
        auto draw = known.lookup(op.getResult(0)).getDefiningOp<lane::DrawOp>();
        draw.setSite(siteBelow(path, draw.getSite()));
      }
      continue;
    }
    SmallVector<Value> operands;
    for (Value v : op.getOperands())
      operands.push_back(known.lookup(v));
    uint64_t outer = path;
    path = siteBelow(path, uses++);
    SmallVector<Value> results;
    auto draw = dyn_cast<SampleOp>(op);
    bool withDensity = draw && wantsDensity(draw);
    if (Value density = densityOf(op, densities))
      results = {density};
    else if (withDensity)
      results =
          sampleWithLogp(symbols.lookup<DistOp>(draw.getDist()), operands);
    else
      results = expand(&op, operands);
    path = outer;
    if (results.empty()) {
      if (!fault.use)
        fault.use = &op;
      return std::nullopt;
    }
    if (withDensity)
      densities[&op] = results.pop_back_val();
    // What does not vary after all still has the type that its users expect.
    for (auto [original, value] : llvm::zip(op.getResults(), results))
      known.map(original, b.withRate(value, lane::isInvariant(original)));
  }
  SmallVector<Value> results;
  for (Value v : block.getTerminator()->getOperands())
    results.push_back(known.lookup(v));
  return results;
}

/// `value` at the rate of the argument it stands for: a law's regions are
/// written for varying ones, and a use may give a constant.
static Value atRateOf(Value argument, Value value, LaneBuilder &b) {
  bool vary = lane::isInvariant(value) && !lane::isInvariant(argument);
  return vary ? b.withRate(value, false) : value;
}

SmallVector<Value> Expander::members(Region &region, ValueRange arguments,
                                     DistOp dist, StringRef what) {
  if (region.empty()) {
    fault.dist = dist;
    fault.missing = what.str();
    return {};
  }
  IRMapping known;
  // A base that needs no condition has those of what is made of it, too.
  assert(arguments.size() >= region.getNumArguments() &&
         "internal error: a condition without a value");
  for (auto [arg, value] : llvm::zip(region.getArguments(), arguments))
    known.map(arg, atRateOf(arg, value, b));
  return emit(region.front(), known).value_or(SmallVector<Value>());
}

/// The other end of a transport, and the log-determinant of that direction.
SmallVector<Value> Expander::transport(DistOp dist, ValueRange operands,
                                       bool toBase, bool wantLogDet) {
  bool inverse = (dist.getForm() == "pull") != toBase;
  SmallVector<Value> given;
  for (auto [arg, value] : llvm::zip(dist.getFlow().getArguments(), operands))
    given.push_back(atRateOf(arg, value, b));
  ValueRange all(given);
  std::optional<flow::Derived> derived =
      flow::deriveFlow(dist.getFlow(), all.front(), all.drop_front(), inverse,
                       wantLogDet, params, b, fault.flow);
  if (!derived) {
    fault.dist = dist;
    return {};
  }
  if (!wantLogDet)
    return {derived->place};
  return {derived->place, derived->logDet};
}

Value Expander::logp(DistOp dist, ValueRange operands) {
  if (dist.getForm() == "members") {
    SmallVector<Value> result = members(dist.getLogp(), operands, dist, "logp");
    return result.empty() ? Value() : result[0];
  }
  SmallVector<Value> latent = transport(dist, operands, true, true);
  if (latent.empty())
    return {};
  // A base has the conditions of what is made of it.
  SmallVector<Value> inner{latent[0]};
  llvm::append_range(inner, operands.drop_front());
  Value base = logp(baseOf(dist), inner);
  return base ? b.add(base, latent[1]) : Value();
}

SmallVector<Value> Expander::sample(DistOp dist, ValueRange conditions) {
  if (dist.getForm() == "members")
    return members(dist.getSample(), conditions, dist, "sample");
  SmallVector<Value> operands = sample(baseOf(dist), conditions);
  if (operands.empty())
    return {};
  llvm::append_range(operands, conditions);
  return transport(dist, operands, false, false);
}

SmallVector<Value> Expander::sampleWithLogp(DistOp dist,
                                            ValueRange conditions) {
  if (dist.getForm() == "members") {
    SmallVector<Value> drawn = sample(dist, conditions);
    if (drawn.empty())
      return {};
    SmallVector<Value> operands(drawn);
    llvm::append_range(operands, conditions);
    Value density = logp(dist, operands);
    if (!density)
      return {};
    drawn.push_back(density);
    return drawn;
  }
  SmallVector<Value> operands = sampleWithLogp(baseOf(dist), conditions);
  if (operands.empty())
    return {};
  Value density = operands.pop_back_val();
  llvm::append_range(operands, conditions);
  SmallVector<Value> drawn = transport(dist, operands, false, true);
  if (drawn.empty())
    return {};
  drawn[1] = b.sub(density, drawn[1]);
  return drawn;
}

SmallVector<Value> Expander::expand(Operation *use, ValueRange operands) {
  auto dist = symbols.lookup<DistOp>(
      use->getAttrOfType<FlatSymbolRefAttr>("dist").getAttr());
  SmallVector<Value> results =
      llvm::TypeSwitch<Operation *, SmallVector<Value>>(use)
          .Case([&](LogpOp) -> SmallVector<Value> {
            Value value = logp(dist, operands);
            return value ? SmallVector<Value>{value} : SmallVector<Value>{};
          })
          .Case([&](SampleOp) { return sample(dist, operands); })
          .Case([&](LatentOp) { return transport(dist, operands, true, true); })
          .Case([&](GenerateOp) {
            return transport(dist, operands, false, true);
          });
  if (results.empty() && !fault.use)
    fault.use = use;
  return results;
}

static void collect(Operation *root, SymbolTable &symbols,
                    llvm::SetVector<int64_t> &params,
                    llvm::SmallPtrSetImpl<Operation *> &seen) {
  if (!seen.insert(root).second)
    return;
  root->walk([&](Operation *op) {
    if (auto param = dyn_cast<flow::ParamOp>(op))
      params.insert(param.getIndex());
    else if (isUse(op))
      collect(symbols.lookup(
                  op->getAttrOfType<FlatSymbolRefAttr>("dist").getAttr()),
              symbols, params, seen);
    else if (auto dist = dyn_cast<DistOp>(op); dist && dist.getBase())
      collect(symbols.lookup(*dist.getBase()), symbols, params, seen);
  });
}

SmallVector<int64_t> rill::prob::paramsOf(func::FuncOp function,
                                          SymbolTable &symbols) {
  llvm::SetVector<int64_t> params;
  llvm::SmallPtrSet<Operation *, 8> seen;
  collect(function, symbols, params, seen);
  SmallVector<int64_t> sorted = params.takeVector();
  llvm::sort(sorted);
  return sorted;
}

std::optional<SmallVector<Value>>
rill::prob::expandInto(func::FuncOp function, ValueRange arguments,
                       flow::ParamScope &params, SymbolTable &symbols,
                       LaneBuilder &b, ExpandFault &fault) {
  IRMapping known;
  for (auto [arg, value] : llvm::zip(function.getArguments(), arguments))
    known.map(arg, value);
  return Expander(b, params, symbols, fault)
      .emit(function.getBody().front(), known);
}
