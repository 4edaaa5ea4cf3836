//===- Derivatives.cpp - Derivative operators as vjp and jvp --------------===//
//
// A typed derivative becomes lane.vjp (grad, vjp), lane.jvp (jvp; one per
// element for jac) or lane.divergence, with what its region reads from outside
// as held inputs. The region may use flows and laws: they are derived in place.
//
//===----------------------------------------------------------------------===//

#include "import/Regions.h"

#include "Lane/IR/LaneBuilder.h"
#include "Lane/IR/LaneCalculus.h"

#include "llvm/Support/SaveAndRestore.h"

using namespace mlir;
using namespace rill;
using namespace rill::import;
namespace typed = rill::lang::typed;
using lane::LaneBuilder;
using typed::OpKind;

/// Whether a law is used: its values vary, whatever they are made from.
static bool usesLaws(const typed::Region &region) {
  return llvm::any_of(region.ops, [](const typed::Op &op) {
    return op.kind == OpKind::Logp || op.kind == OpKind::Latent ||
           op.kind == OpKind::Generate || op.kind == OpKind::Sample ||
           llvm::any_of(op.regions, usesLaws);
  });
}

/// One value for the batch only if nothing that the region computes varies: a
/// derivative is that of one sample, never the sum over the batch.
bool RegionImporter::varies(const Op &derivative) const {
  auto varying = [&](typed::ValueId id) {
    auto it = values.find(id);
    return it != values.end() && !lane::isInvariant(it->second);
  };
  const typed::Region &region = derivative.regions.front();
  return llvm::any_of(derivative.operands, varying) ||
         llvm::any_of(typed::captures(region), varying) || usesLaws(region);
}

/// Whether initial values can be computed before the derivative around them.
bool RegionImporter::isKnownOutside(const typed::Region &init) const {
  return llvm::all_of(typed::captures(init), [&](typed::ValueId id) {
    Value v = values.lookup(id);
    return v && !derivative->isAncestor(v.getParentRegion()->getParentOp());
  });
}

/// Places that the region reads are glued before it.
void RegionImporter::readOuterPlaces(const typed::Region &region) {
  for (const Op &op : region.ops) {
    if (op.kind == OpKind::Read && places.count(op.index))
      readPlace(op.index, loc(op));
    for (const typed::Region &inner : op.regions)
      readOuterPlaces(inner);
  }
}

void RegionImporter::importDerivative(const Op &op) {
  const typed::Region &region = op.regions.front();
  LaneBuilder at(b, loc(op));
  bool inv = !varies(op);
  readOuterPlaces(region);
  size_t count = region.args.size();
  SmallVector<Value> all = operands(op), centres, given;
  for (auto [k, v] : llvm::enumerate(all))
    (k < count ? centres : given).push_back(at.withRate(v, inv));
  SmallVector<int64_t> wrt =
      llvm::to_vector(llvm::seq<int64_t>(0, int64_t(count)));
  lane::TensorType type =
      typeOf(space(region.results.front()), inv, b.getContext());

  auto fill = [&](Operation *made) {
    OpBuilder::InsertionGuard guard(b);
    // Parameters are read before the derivative: it holds them.
    llvm::SaveAndRestore<Operation *> outermost(derivative,
                                                derivative ? derivative : made);
    Block &block = made->getRegion(0).front();
    b.setInsertionPointToEnd(&block);
    for (auto [id, argument] : llvm::zip(region.args, block.getArguments()))
      values[id] = argument;
    Value result = import(region)[0];
    lane::YieldOp::create(
        b, loc(op), ValueRange{LaneBuilder(b, loc(op)).withRate(result, inv)});
  };
  if (op.name == "grad" || op.name == "vjp") {
    Value seed = op.name == "vjp" ? given.front()
                                  : at.withRate(at.constant(type, 1), inv);
    auto vjp = lane::VjpOp::create(b, loc(op), wrt, centres, ValueRange{seed},
                                   TypeRange{type});
    fill(vjp);
    lane::isolate(vjp);
    for (auto [id, v] : llvm::zip(op.results, vjp.getDerivatives()))
      values[id] = v;
    return;
  }
  if (op.name == "div") {
    auto attr = [&](StringRef name) {
      return std::get<int64_t>(op.attrs.at(name.str()));
    };
    auto divergence = lane::DivergenceOp::create(
        b, loc(op), centres, attr("x_labels"), attr("labels"), type);
    fill(divergence);
    lane::isolate(divergence);
    values[op.results[0]] = divergence.getDivergence();
    return;
  }
  int64_t labels = 0, size = 1;
  if (op.name != "jvp") {
    labels = std::get<int64_t>(op.attrs.at("x_labels"));
    auto shape = lane::typeOf(centres[0]).getShape().drop_front(labels);
    for (int64_t extent : shape)
      size *= extent;
    given = {lane::unitTangent(lane::typeOf(centres[0]), labels, 0, at)};
  }
  auto first =
      lane::JvpOp::create(b, loc(op), wrt, centres, given, TypeRange{type});
  fill(first);
  lane::isolate(first);
  if (op.name == "jvp") {
    values[op.results[0]] = first.getDerivatives()[0];
    return;
  }
  SmallVector<Value> columns;
  for (int64_t k = 0; k != size; ++k) {
    lane::JvpOp jvp = first;
    if (k) {
      Value unit = lane::unitTangent(lane::typeOf(centres[0]), labels, k, at);
      jvp = cast<lane::JvpOp>(b.clone(*first));
      jvp.getSeedsMutable().assign(unit);
    }
    columns.push_back(jvp.getDerivatives()[0]);
  }
  ArrayRef<int64_t> full = program.values[op.results[0]].space.shape();
  if (size == 1) {
    values[op.results[0]] = at.reshape(columns[0], full);
    return;
  }
  SmallVector<int64_t> wide(type.getShape());
  wide.push_back(1);
  for (Value &column : columns)
    column = at.reshape(column, wide);
  Value joined =
      lane::ConcatOp::create(b, loc(op), int64_t(wide.size()) - 1, columns);
  values[op.results[0]] = at.reshape(joined, full);
}
