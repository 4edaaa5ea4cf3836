//===- Sizes.cpp - Judging a declaration that nothing uses ----------------===//
//
// Chooses sizes, elaborates the declaration with each choice in an Elaborator
// of its own, and keeps what all choices agree on. Three choices with all
// sizes different are compared word for word; choices with equal sizes (an
// extent of one, x and y of one shape) can only acquit.
//
//===----------------------------------------------------------------------===//
#include "Elab/Sizes.h"
#include "AST/Walk.h"
#include "Elab/Elaborator.h"

#include <cmath>
#include <numeric>
#include <regex>

namespace rill::lang::elab {

SizeChoice SizeChoice::distinct(int64_t round, int64_t count, int64_t divisor) {
  SizeChoice sizes;
  sizes.number = round;
  sizes.first = (2 + round * count) * divisor;
  sizes.step = divisor;
  return sizes;
}

SizeChoice SizeChoice::equal(int64_t size) {
  SizeChoice sizes;
  sizes.first = size;
  return sizes;
}

int64_t SizeChoice::next() { return first + step * count++; }

//===----------------------------------------------------------------------===//
// What is a natural number
//===----------------------------------------------------------------------===//

using Names = std::set<std::string>;

static bool isArithmetic(const std::string &op) {
  static const Names arithmetic = {"+", "-",  "*",  "/",  "^", "<",
                                   ">", "<=", ">=", "==", "!="};
  return arithmetic.count(op) != 0;
}

static const ast::DefItem *findDef(const std::string &name,
                                   const ModuleSet &modules) {
  for (const auto &[path, file] : modules.modules)
    for (const ast::Item &item : file.items)
      if (const auto *def = item.as<ast::DefItem>();
          def && def->name.text == name)
        return def;
  return nullptr;
}

static void collect(const ast::DefItem &def, const ModuleSet &modules,
                    Names &found, unsigned depth) {
  Names own;
  for (const ast::Static &item : def.statics)
    own.insert(item.name.text);
  auto within = [&](const ast::ExprPtr &e) {
    if (e)
      ast::anyName(*e, [&](const std::string &name) {
        if (own.count(name))
          found.insert(name);
        return false;
      });
  };
  auto binders = [&](const std::vector<ast::Binder> &list) {
    for (const ast::Binder &binder : list)
      within(binder.range);
  };
  // Brackets of a declaration: as natural as its own statics.
  auto brackets = [&](const ast::IndexExpr &index) {
    const auto *name = index.base->as<ast::NameExpr>();
    const ast::DefItem *callee = name ? findDef(name->name, modules) : nullptr;
    if (!callee || depth > 8)
      return;
    Names natural;
    if (callee != &def)
      collect(*callee, modules, natural, depth + 1);
    for (size_t i = 0; i != index.slots.size(); ++i) {
      size_t at = std::min(i, callee->statics.size() - 1);
      if (!callee->statics.empty() &&
          natural.count(callee->statics[at].name.text))
        within(index.slots[i].value);
    }
  };
  ast::Visitor visitor;
  visitor.space = [&](const ast::SpaceExpr &space) {
    for (const auto &group : space.index)
      for (const ast::Slot &slot : group)
        within(slot.value);
  };
  visitor.stmt = [&](const ast::Stmt &stmt) {
    if (const auto *each = stmt.as<ast::EachStmt>())
      binders(each->binders);
    if (const auto *loop = stmt.as<ast::ForStmt>();
        loop && loop->range->as<ast::BinaryExpr>())
      within(loop->range); // a bare name may be a list of anything
  };
  visitor.expr = [&](const ast::Expr &expr) {
    if (const auto *reduce = expr.as<ast::ReduceExpr>())
      binders(reduce->binders);
    else if (const auto *repeat = expr.as<ast::RepeatExpr>())
      within(repeat->count);
    else if (const auto *index = expr.as<ast::IndexExpr>())
      brackets(*index);
    else if (const auto *binary = expr.as<ast::BinaryExpr>();
             binary && isArithmetic(binary->op))
      for (const ast::ExprPtr *side : {&binary->lhs, &binary->rhs})
        if ((*side)->as<ast::NameExpr>())
          within(*side);
    return true;
  };
  ast::walk(def, visitor);
}

std::set<std::string> naturalStatics(const ast::DefItem &def,
                                     const ModuleSet &modules) {
  Names found;
  collect(def, modules, found, 0);
  return found;
}

/// Two, and what the declaration divides by: `Real[D/3]` needs multiples of 3.
static int64_t divisorOf(const ast::DefItem &def) {
  int64_t divisor = 2;
  ast::walk(def, {[&](const ast::Expr &expr) {
                    const auto *binary = expr.as<ast::BinaryExpr>();
                    const auto *by = binary && binary->op == "/"
                                         ? binary->rhs->as<ast::NumberExpr>()
                                         : nullptr;
                    if (by && by->value >= 2 && by->value <= 8 &&
                        std::floor(by->value) == by->value)
                      divisor = std::min<int64_t>(
                          24, std::lcm(divisor, int64_t(by->value)));
                    return true;
                  },
                  {},
                  {}});
  return divisor;
}

//===----------------------------------------------------------------------===//
// What all choices agree on
//===----------------------------------------------------------------------===//

/// Without the shapes of spaces: log of a Real[4] is as wrong as of a Real[6].
/// The K of a Fin[K] is no shape.
static std::string withoutShapes(const std::string &text) {
  static const std::regex shape(
      "(Real|Positive|Unit|Interval\\([^)]*\\)|Bool|Int|Simplex|PLU|LowerUnit|"
      "Orthogonal|Permutation)\\[[0-9, ]+\\]");
  return std::regex_replace(text, shape, "$1");
}

/// What a diagnostic says, for comparison between choices of sizes. Errors of
/// sizes are compared with their numbers.
static std::string words(const Diagnostic &d) {
  std::string all = codeName(d.code) + "@" + std::to_string(d.range.file) +
                    ":" + std::to_string(d.range.begin) + ":" +
                    std::to_string(d.range.end) + "\n" + d.message + "\n" +
                    d.underCaret;
  for (const Label &label : d.labels)
    all += "\n" + label.text;
  for (const std::string &note : d.notes)
    all += "\n" + note;
  static const std::set<Code> ofSizes = {
      Code::ShapeMismatch, Code::StaticUnknown, Code::StaticArithmetic,
      Code::IndexOutOfRange, Code::OddSplit};
  return ofSizes.count(d.code) ? all : withoutShapes(all);
}

/// Whether the error was reported: a name that is unknown is so everywhere.
static bool known(const Diagnostic &d, const DiagnosticEngine &diag) {
  for (const Diagnostic &other : diag.all())
    if (other.code == d.code && other.message == d.message &&
        (d.code == Code::UnknownName || (other.range.file == d.range.file &&
                                         other.range.begin == d.range.begin)))
      return true;
  return false;
}

void judgeAlone(const ast::Item &item, const ModuleSet &modules,
                const SourceManager &sources, DiagnosticEngine &diag,
                const Judge &judge) {
  const auto *def = item.as<ast::DefItem>();
  int64_t divisor = def ? divisorOf(*def) : 1, asked = 0;
  auto reports = [&](SizeChoice sizes) {
    DiagnosticEngine own(sources);
    Elaborator elaborator(modules, "alone", sources, own, false);
    typed::Program program = elaborator.alone(item, sizes);
    if (judge && !own.hasErrors())
      judge(program, own);
    asked = std::max(asked, sizes.asked());
    std::vector<Diagnostic> all;
    for (const Diagnostic &d : own.all())
      // The space of a law, and what a flow is used on, come from its use.
      if (d.severity == Severity::Error && d.code != Code::SpaceUndetermined)
        all.push_back(d);
    return all;
  };
  std::vector<Diagnostic> common = reports(SizeChoice::distinct(0, 0, divisor));
  if (asked)
    for (int64_t round = 1; round != 3 && !common.empty(); ++round) {
      std::set<std::string> also;
      for (const Diagnostic &d :
           reports(SizeChoice::distinct(round, asked, divisor)))
        also.insert(words(d));
      std::vector<Diagnostic> both;
      for (Diagnostic &d : common)
        if (also.count(words(d)))
          both.push_back(std::move(d));
      common = std::move(both);
    }
  if (asked)
    for (int64_t size : {int64_t(1), divisor, 2 * divisor})
      if (!common.empty() && reports(SizeChoice::equal(size)).empty())
        return;
  for (const Diagnostic &d : common)
    if (!known(d, diag)) {
      Diagnostic &made = diag.error(d.code, d.range, d.message, d.underCaret);
      made = d;
      if (asked)
        made.why("nothing uses '" + def->name.text +
                 "': its open sizes were chosen to judge it");
    }
}

} // namespace rill::lang::elab
