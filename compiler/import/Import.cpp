//===- Import.cpp - The model stage ---------------------------------------===//

#include "import/Import.h"
#include "import/Entries.h"
#include "import/Locations.h"
#include "import/Regions.h"

#include "Flow/Analysis/Ranges.h"
#include "Prob/IR/ProbOps.h"
#include "mlir/IR/Verifier.h"

#include <cmath>

using namespace mlir;
using namespace rill;
using namespace rill::import;
namespace typed = rill::lang::typed;

static bool readsPlace(const typed::Region &region) {
  return llvm::any_of(region.ops, [](const typed::Op &op) {
    return op.kind == typed::OpKind::Read ||
           llvm::any_of(op.regions, readsPlace);
  });
}

/// Reports what a scan cannot hold yet.
static void refuseInScan(const typed::Region &body,
                         lang::DiagnosticEngine &diag) {
  for (const typed::Op &op : body.ops) {
    if (op.kind == typed::OpKind::Repeat)
      diag.error(lang::Code::UnsupportedConstruct, op.range,
                 "a repeat inside of a scan is not compiled yet")
          .help("repeat the scan instead");
    if (op.kind == typed::OpKind::Param && readsPlace(op.regions.front()))
      diag.error(lang::Code::UnsupportedConstruct, op.range,
                 "an initial value from data, in an instance that the steps of "
                 "a scan share, is not compiled yet")
          .help("initialise from data outside of the scan");
  }
}

/// One tangent per element is one copy of the code.
static void refuseLargeJacobian(const typed::Program &program,
                                const typed::Op &op,
                                lang::DiagnosticEngine &diag) {
  int64_t size = program.values[op.operands[0]].space.elements();
  for (int64_t k = 0; k != std::get<int64_t>(op.attrs.at("x_labels")); ++k)
    size /= program.values[op.operands[0]].space.shape()[k];
  if (size > maxTangents)
    diag.error(lang::Code::UnsupportedConstruct, op.range,
               "'" + op.name + "' in more than " + std::to_string(maxTangents) +
                   " dimensions is not compiled yet");
}

static bool startsFromData(const typed::Region &region) {
  return llvm::any_of(region.ops, [](const typed::Op &op) {
    return op.kind == typed::OpKind::First ||
           llvm::any_of(op.regions, startsFromData);
  });
}

/// Reports what the model level cannot express yet. `depth`: enclosing repeats.
static void refuseUnsupported(const typed::Program &program,
                              const typed::Region &region,
                              lang::DiagnosticEngine &diag, size_t depth = 0) {
  for (const typed::Op &op : region.ops) {
    if (op.kind == typed::OpKind::Deriv &&
        (op.name == "div" || op.name == "jac"))
      refuseLargeJacobian(program, op, diag);
    // It starts before the repeat, where that place is not at hand.
    if (op.kind == typed::OpKind::Param &&
        program.params[op.index].stack.size() < depth &&
        readsPlace(op.regions.front()))
      diag.error(lang::Code::UnsupportedConstruct, op.range,
                 "an initial value from data, in an instance that the steps of "
                 "a repeat share, is not compiled yet")
          .help("give each step its own instance: brackets inside the repeat");
    if (op.kind == typed::OpKind::Scan)
      refuseInScan(op.regions.front(), diag);
    if (op.kind == typed::OpKind::Ode) {
      if (startsFromData(op.regions.front()))
        diag.error(lang::Code::UnsupportedConstruct, op.range,
                   "an initial value from data, inside of a field, is not "
                   "compiled yet")
            .help("normalise the place before the 'ode': actnorm[]");
    }
    bool repeats = op.kind == typed::OpKind::Repeat;
    for (const typed::Region &inner : op.regions)
      refuseUnsupported(program, inner, diag, depth + repeats);
  }
}

/// A flow is derived from its own updates: it knows no other laws.
static void refuseLaws(const typed::Region &flow,
                       lang::DiagnosticEngine &diag) {
  for (const typed::Op &op : flow.ops) {
    if (op.kind == typed::OpKind::Logp || op.kind == typed::OpKind::Sample ||
        op.kind == typed::OpKind::Latent || op.kind == typed::OpKind::Generate)
      diag.error(lang::Code::UnsupportedConstruct, op.range,
                 "a member of a law in the body of a flow is not compiled yet")
          .help("write the formula of its density as a function");
    for (const typed::Region &inner : op.regions)
      refuseLaws(inner, diag);
  }
}

/// A mixture needs the density of each component at the draws of the others.
static void refuseOneWayComponents(const typed::Program &program,
                                   ModuleOp model,
                                   lang::DiagnosticEngine &diag) {
  for (const typed::Dist &dist : program.dists)
    for (const typed::Mixture &mixture : dist.mixtures)
      for (const typed::Mixture::Part &part : mixture.parts)
        if (part.dist && !offerOf(program, *part.dist, model).logp)
          diag.error(lang::Code::OneWayFlow, part.range,
                     "the component '" + part.name +
                         "' has the density of its own draws only",
                     "a flow of it has no inverse")
              .why("a mixture needs the density of every component at the "
                   "draws of the others")
              .help("build the component from flows that have an inverse");
}

static void refuseUnsupported(const typed::Check &check,
                              const typed::Program &program,
                              lang::DiagnosticEngine &diag) {
  refuseUnsupported(program, check.left.body, diag);
  if (check.right)
    refuseUnsupported(program, check.right->body, diag);
}

static void refuseUnsupported(const typed::Program &program,
                              lang::DiagnosticEngine &diag) {
  for (const typed::Dist &dist : program.dists) {
    refuseUnsupported(program, dist.flow, diag);
    refuseLaws(dist.flow, diag);
    if (dist.logp)
      refuseUnsupported(program, *dist.logp, diag);
    if (dist.sample)
      refuseUnsupported(program, *dist.sample, diag);
  }
  for (const typed::Data &data : program.data)
    if (data.draw)
      refuseUnsupported(program, *data.draw, diag);
  for (const typed::Train &train : program.trains)
    refuseUnsupported(program, train.loss.expectation.body, diag);
  for (const typed::Check &check : program.checks)
    refuseUnsupported(check, program, diag);
  for (const typed::Test &test : program.tests)
    for (const typed::Check &check : test.checks)
      refuseUnsupported(check, program, diag);
}

/// Fills a member region of a law; stays empty when the law lacks it.
static void importMember(const std::optional<typed::Region> &member,
                         Region &region, const typed::Program &program,
                         const lang::SourceManager &sources, Location loc,
                         OpBuilder &b) {
  if (!member)
    return;
  Block *block = b.createBlock(&region);
  RegionImporter importer(program, sources, b);
  for (typed::ValueId id : member->args)
    importer.bind(
        id, block->addArgument(
                typeOf(program.values[id].space, false, b.getContext()), loc));
  flow::YieldOp::create(b, loc, importer.import(*member));
}

static void importFlow(const typed::Dist &dist, Region &region,
                       const typed::Program &program,
                       const lang::SourceManager &sources, Location loc,
                       OpBuilder &b) {
  Block *block = b.createBlock(&region);
  RegionImporter importer(program, sources, b);
  const lang::Space &start = program.places[dist.flowPlace].space;
  importer.openPlace(
      dist.flowPlace,
      block->addArgument(typeOf(start, false, b.getContext()), loc));
  for (typed::ValueId id : dist.flow.args)
    importer.bind(
        id, block->addArgument(
                typeOf(program.values[id].space, false, b.getContext()), loc));
  importer.import(dist.flow);
  flow::YieldOp::create(b, loc,
                        ValueRange{importer.readPlace(dist.flowPlace, loc)});
}

static void importDist(typed::DistId id, const typed::Program &program,
                       const lang::SourceManager &sources, ModuleOp module) {
  const typed::Dist &dist = program.dists[id];
  OpBuilder b = OpBuilder::atBlockEnd(module.getBody());
  Location loc = locationOf(dist.range, sources, b.getContext());
  bool members = dist.form == typed::Dist::Form::Members;
  FlatSymbolRefAttr base;
  if (!members)
    base =
        FlatSymbolRefAttr::get(b.getContext(), distSymbol(program, dist.base));
  StringRef form = members                                ? "members"
                   : dist.form == typed::Dist::Form::Pull ? "pull"
                                                          : "push";
  std::string kind = prob::kindName(kindOf(program, id));
  auto op = prob::DistOp::create(
      b, loc, b.getStringAttr(distSymbol(program, id)), b.getStringAttr(form),
      base, b.getStringAttr(dist.subject.str()), b.getStringAttr(kind));
  if (members) {
    importMember(dist.logp, op.getLogp(), program, sources, loc, b);
    importMember(dist.sample, op.getSample(), program, sources, loc, b);
  } else {
    importFlow(dist, op.getFlow(), program, sources, loc, b);
    // What proofs may use of the place where it starts, and of conditions.
    SmallVector<double> ranges;
    auto state = [&](const lang::Space &space) {
      bool known = space.isFloat();
      ranges.push_back(known ? space.lo() : -HUGE_VAL);
      ranges.push_back(known ? space.hi() : HUGE_VAL);
    };
    state(program.places[dist.flowPlace].space);
    for (typed::ValueId id : dist.flow.args)
      state(program.values[id].space);
    op->setAttr(flow::rangesAttr, b.getDenseF64ArrayAttr(ranges));
  }
}

OwningOpRef<ModuleOp>
rill::import::importProgram(const typed::Program &program, MLIRContext &context,
                            lang::DiagnosticEngine &diag) {
  refuseUnsupported(program, diag);
  if (diag.hasErrors())
    return nullptr;
  const lang::SourceManager &sources = diag.sourceManager();
  OwningOpRef<ModuleOp> module =
      ModuleOp::create(UnknownLoc::get(&context), program.name);
  for (typed::DistId id = 0; id < program.dists.size(); ++id)
    importDist(id, program, sources, *module);
  refuseOneWayComponents(program, *module, diag);
  if (diag.hasErrors())
    return nullptr;
  addEntries(program, sources, *module);
  if (failed(verify(*module))) {
    diag.error(lang::Code::Internal, {},
               "the model stage is malformed; please report this");
    return nullptr;
  }
  return module;
}
