//===- Judge.cpp - Verdicts on updates, for users -------------------------===//
//
// Runs the judgement of dialects/Flow over every update and turns refusals
// into diagnostics at the words that are at fault.
//
//===----------------------------------------------------------------------===//

#include "import/Import.h"
#include "import/Locations.h"

#include "Flow/Transforms/Updates.h"
#include "Prob/IR/ProbOps.h"

#include "llvm/ADT/StringSet.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace rill;
using namespace rill::import;
using flow::Refusal;
using lang::Code;

static Code codeOf(const flow::UpdateVerdict &verdict) {
  if (verdict.byAuthor && !verdict.ignoresPlace)
    return Code::InverseMisfit;
  switch (verdict.refusal) {
  case Refusal::FactorMayBeZero:
    return Code::FactorMayBeZero;
  case Refusal::PlainMatrix:
    return Code::PlainMatrix;
  case Refusal::MixesElements:
    return Code::ContextReadsOwnPlace;
  case Refusal::MayCollapse:
    return Code::MayCollapse;
  default:
    return verdict.occursTwice ? Code::PlaceOccursTwice : Code::NotInjective;
  }
}

static std::string textAt(Location location,
                          const lang::SourceManager &sources) {
  lang::SourceRange range = rangeOf(location);
  return range.isValid() ? std::string(sources.text(range)) : "";
}

/// How a user calls a value: the name of its let, else its text.
static std::string nameOf(Value value, const lang::SourceManager &sources) {
  while (auto spread = value.getDefiningOp<lane::SpreadOp>())
    value = spread.getX(); // it has the place of the whole formula
  Operation *op = value.getDefiningOp();
  if (!op || isa<flow::SplitOp, flow::JoinOp, flow::RepeatOp>(op))
    return ""; // a place: its text is elsewhere
  if (auto update = dyn_cast<flow::UpdateOp>(op))
    return update.getName().str(); // a place after an update of it
  if (auto named = dyn_cast<NameLoc>(op->getLoc()))
    return named.getName().str();
  return textAt(op->getLoc(), sources);
}

static void report(flow::UpdateOp update, const flow::UpdateVerdict &verdict,
                   lang::DiagnosticEngine &diag) {
  const lang::SourceManager &sources = diag.sourceManager();
  // The caret is on the words of the update; a culprit elsewhere (in a let, in
  // a network) gets a label.
  lang::SourceRange range = rangeOf(update.getLoc()), culprit;
  if (verdict.culprit)
    culprit = rangeOf(verdict.culprit->getLoc());
  bool inside = culprit.file == range.file && culprit.begin >= range.begin &&
                culprit.end <= range.end;
  if (inside)
    range = culprit;
  std::string name = update.getName().str(), under = verdict.why;
  if (verdict.refusal == Refusal::FactorMayBeZero) {
    std::string factor = nameOf(verdict.value, sources);
    under = factor.empty() ? "the factor may be zero: " + verdict.why
                           : "'" + factor + "' may be zero: " + verdict.why;
  }
  bool misfit = codeOf(verdict) == Code::InverseMisfit;
  lang::Diagnostic &d =
      diag.error(codeOf(verdict), range,
                 misfit ? "'inverse by' of an update that is not elementwise"
                        : "this update is not invertible in '" + name + "'",
                 under);
  if (culprit.isValid() && !inside)
    d.label(culprit, "here");
  if (verdict.anything && verdict.refusal == Refusal::MixesElements)
    if (lang::SourceRange mixer = rangeOf(verdict.anything->getLoc());
        mixer.isValid() &&
        (mixer.file != range.file || mixer.begin != range.begin))
      d.label(mixer, "from here on elements depend on others that do not come "
                     "before them");
  if (misfit) {
    d.why("the author gives the inverse and the compiler derives the "
          "log-determinant, which it can where each element of '" +
          name + "' is made of its own former value and of other places");
    d.help("update one part from another: view (a, b) = halves(" + name + ")");
    d.help("use a structured matrix (PLU, Orthogonal) to mix the elements");
    return;
  }
  d.why("each update must be injective in the place it replaces, for every "
        "value of what it reads");
  std::string see =
      "; see `rill explain " + lang::codeName(codeOf(verdict)) + "`";
  switch (verdict.refusal) {
  case Refusal::FactorMayBeZero:
    d.help("use exp(s) or softplus(s) as the factor, or declare it in the "
           "space Positive" +
           see);
    break;
  case Refusal::PlainMatrix:
    d.help("declare the matrix in PLU[D], Orthogonal[D] or LowerUnit[D]" + see);
    break;
  case Refusal::MixesElements:
    d.help("compute the context from another part of the place: view (a, b) = "
           "halves(" +
           name + "), or by a masked network such as std.nets.made" + see);
    break;
  case Refusal::MayCollapse:
    d.help("state the condition: require dot(w, u) > -1, for the vectors as "
           "this update writes them" +
           see);
    break;
  default:
    if (verdict.occursTwice)
      d.help("write the formula so that '" + name +
             "' occurs once, or compute the rest from another place" + see);
    else
      d.help("use a map that is injective where '" + name +
             "' lies, or bring it into a space where this one is" + see);
  }
}

LogicalResult rill::import::judge(ModuleOp module,
                                  lang::DiagnosticEngine &diag) {
  bool ok = true;
  module.walk([&](flow::UpdateOp update) {
    flow::UpdateVerdict verdict = flow::judgeUpdate(update);
    if (verdict.accepted)
      return;
    ok = false;
    report(update, verdict, diag);
  });
  module.walk([&](flow::RequireOp require) {
    if (lane::isInvariant(require.getCondition()))
      return;
    ok = false;
    diag.error(Code::WrongArguments, rangeOf(require.getLoc()),
               "'require' states a condition on parameters, but this depends "
               "on what each sample brings",
               "reads a condition or a draw")
        .help("let it read parameters and constants only");
  });
  return success(ok);
}

std::map<std::string, Directions> rill::import::directionsOf(ModuleOp model) {
  std::map<std::string, Directions> result;
  for (auto dist : model.getOps<prob::DistOp>()) {
    bool causal = false;
    dist.getFlow().walk([&](flow::UpdateOp update) {
      causal |= flow::judgeUpdate(update).causal.has_value();
    });
    Directions &ways = result[dist.getSymName().str()];
    (dist.getForm() == "push" ? ways.sequentialDensity
                              : ways.sequentialSampling) = causal;
  }
  // A law goes through its base's law, too.
  for (auto dist : model.getOps<prob::DistOp>()) {
    Directions &ways = result[dist.getSymName().str()];
    for (auto base = dist.getBaseAttr(); base;) {
      const Directions &below = result[base.getValue().str()];
      ways.sequentialDensity |= below.sequentialDensity;
      ways.sequentialSampling |= below.sequentialSampling;
      auto next = model.lookupSymbol<prob::DistOp>(base.getValue());
      base = next ? next.getBaseAttr() : FlatSymbolRefAttr();
    }
  }
  return result;
}

std::string rill::import::explain(ModuleOp model,
                                  const lang::SourceManager &sources) {
  std::string text;
  model.walk([&](prob::DistOp dist) {
    Region &body = dist.getFlow();
    if (body.empty() ||
        lane::typeOf(body.front().getArgument(0)).getRank() == 0)
      return;
    flow::Grade grade = flow::gradeOfFlow(body, 0);
    if (grade != flow::Grade::Anything && grade != flow::Grade::Same)
      text +=
          llvm::formatv("  grade of {0} along axis 0: {1}\n",
                        dist.getSymName().rsplit('.').first, flow::str(grade));
  });
  llvm::StringSet<> said; // a law given several conditions has one flow
  model.walk([&](flow::UpdateOp update) {
    flow::UpdateVerdict verdict = flow::judgeUpdate(update);
    lang::SourceRange range = rangeOf(update.getLoc());
    lang::LineColumn at = sources.position(range.file, range.begin);
    bool free = verdict.form == "rearrangement" || verdict.form == "identity";
    std::string form = verdict.form, inverse = "closed form";
    bool field =
        llvm::any_of(verdict.chain.steps, [](const flow::Chain::Step &step) {
          return isa_and_nonnull<flow::OdeOp>(step.op);
        });
    if (verdict.byAuthor)
      inverse = "by the author, checked by check roundtrip";
    else if (verdict.isOneWay())
      inverse = "none";
    else if (field)
      inverse = "the same field backwards";
    else if (verdict.form.find("strictly") == 0)
      inverse = "by bracketed search";
    if (verdict.causal) {
      std::string along = verdict.causal->str();
      flow::Grade context = flow::Grade::Before;
      if (verdict.causal->reverse && verdict.causal->axis >= 0)
        context = flow::mirrored(context);
      form += " in its own element, context of grade " + flow::str(context) +
              " along " + along;
      inverse = "sequential along " + along + ", each element " +
                (inverse == "closed form" ? "in " + inverse : inverse);
    }
    std::string line =
        llvm::formatv("  {0}:{1}: {2} := {3}\n      {4}; inverse {6}; "
                      "log-determinant {5}\n",
                      sources.name(range.file), at.line, update.getName(),
                      update.getSpelling(), form,
                      field  ? "the integral of the divergence, exact"
                      : free ? "0"
                      : verdict.rankOne ? "by the matrix determinant lemma"
                      : verdict.causal  ? "triangular"
                                        : "closed form",
                      inverse);
    if (said.insert(line).second)
      text += line;
  });
  return text.empty() ? "" : "updates:\n" + text;
}
