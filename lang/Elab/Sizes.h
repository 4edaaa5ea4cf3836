//===- Sizes.h - Judging a declaration that nothing uses --------*- C++ -*-===//
//
// A generic declaration is elaborated once per choice of its sizes. What is
// wrong with every choice, in the same words, is wrong with the declaration;
// an error that names a size, or that some choice avoids, may be the choice's.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_LANG_ELAB_SIZES_H
#define RILL_LANG_ELAB_SIZES_H

#include "Elab/Elaborate.h"

#include <set>

namespace rill::lang::elab {

/// Gives every open size of a declaration a natural number, in the order of
/// asking.
class SizeChoice {
public:
  /// Sizes that are all different, and differ from those of other rounds; all
  /// are multiples of `divisor`.
  static SizeChoice distinct(int64_t round, int64_t count, int64_t divisor);
  /// One size for all.
  static SizeChoice equal(int64_t size);

  int64_t next();
  /// How many were asked for.
  int64_t asked() const { return count; }
  int64_t round() const { return number; }

private:
  int64_t number = 0, first = 0, step = 0, count = 0;
};

/// The statics of a declaration that can only be natural numbers (or lists of
/// them, for variadic ones): they stand in spaces, counts, ranges, arithmetic
/// or brackets of which the same is true.
std::set<std::string> naturalStatics(const ast::DefItem &def,
                                     const ModuleSet &modules);

/// Reports what is wrong with a declaration whatever its sizes are.
void judgeAlone(const ast::Item &item, const ModuleSet &modules,
                const SourceManager &sources, DiagnosticEngine &diag,
                const Judge &judge);

} // namespace rill::lang::elab

#endif // RILL_LANG_ELAB_SIZES_H
