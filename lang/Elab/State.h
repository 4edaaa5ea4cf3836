//===- State.h - Records that elaboration keeps -----------------*- C++ -*-===//
//
// What surrounds an expression, what is known about binders, places and
// modules, and the small results that pass between the Elaborator's files.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_LANG_ELAB_STATE_H
#define RILL_LANG_ELAB_STATE_H

#include "Elab/Denotation.h"
#include "Elab/NameReads.h"

#include <functional>
#include <set>

namespace rill::lang::elab {

/// What surrounds an expression or statement.
struct Frame {
  EnvPtr env;
  InstancesPtr instances;
  std::vector<Den> subject; ///< places that a bare flow updates
  const ast::DefItem *def = nullptr;
  bool inFlow = false;
  std::string nameHint;   ///< of the `let` that binds a new instance
  std::optional<Den> out; ///< value of `out`
};

struct BinderInfo {
  std::string name;
  std::vector<int64_t> values; ///< what the variable runs through
  int64_t extent() const { return static_cast<int64_t>(values.size()); }
};

/// What is known about a place while its body is elaborated.
struct PlaceState {
  PlaceId root = 0;
  std::shared_ptr<const std::vector<int64_t>> elements; ///< of the root
  std::vector<int64_t> shape;
};
struct RootState {
  std::vector<uint64_t> assigned; ///< time of the last update, per element
  std::vector<SourceRange> where; ///< of that update
  std::vector<Space> kinds;       ///< scalar space of each element
  NameId name = 0;                ///< made from what its updates read
};

/// A scan under way: its index, and the slices x[t] of places by their whole.
struct ScanState {
  ValueId index;
  int64_t count;
  std::map<PlaceId, PlaceId> slices;
};

/// A value that a derivative varies: `x` or `x = v`.
struct Seed {
  const ast::Seed *source = nullptr;
  Den den;               ///< what the name stands for
  Tensor value, tangent; ///< tangent: of jvp; cotangent: of vjp
  bool varied = true;    ///< its tangent is not the number 0
};

/// What lacks a member, noted and no error where a law may do without it.
struct Lacking {
  bool allowed = false;
  std::optional<typed::Missing> noted;
};

/// One module: its items by name and what it uses.
struct Module {
  std::string name;
  const ast::File *file = nullptr;
  EnvPtr env;
};

/// Results of a call of `slots`: one entry per axis of the base.
struct ResolvedSlot {
  enum class Kind { All, Points, Dynamic } kind = Kind::All;
  std::vector<int64_t> points; ///< over `binders`, row-major
  std::vector<BinderId> binders;
  bool drop = false; ///< a single point: the axis goes
  Tensor dynamic;
};

/// What a value can be as one place ranges over its space, all else fixed.
struct Image {
  enum class Kind {
    Independent, ///< it does not depend on the place
    Exact,       ///< exactly `bounds`
    Varies,      ///< a set that depends on the context
    Mixed,       ///< sums over elements: often context of a causal update
    Unknown
  } kind = Kind::Unknown;
  Bounds bounds;
};

/// scale * E[..] e, or scale * e of a value without draws.
struct ExpectTerm {
  const ast::Expr *expr = nullptr;
  const ast::ExpectExpr *node = nullptr; ///< null: no draws
  Frame frame;
  double scale = 1;
};
/// Linear arithmetic around expectations: -E[..] a + 0.1 * E[..] b - 1.
struct ExpectSource {
  std::vector<ExpectTerm> terms;
  double shift = 0;

  void multiply(double factor) {
    for (ExpectTerm &term : terms)
      term.scale *= factor;
    shift *= factor;
  }
  void add(ExpectSource other, double sign) {
    other.multiply(sign);
    for (ExpectTerm &term : other.terms)
      terms.push_back(std::move(term));
    shift += other.shift;
  }
};

/// How each value was made, for images.
struct Definition {
  typed::OpKind kind = typed::OpKind::Tensor;
  std::string name;
  std::vector<ValueId> operands;
  PlaceId place = 0;
  Bounds bounds;
  bool convex = false; ///< a contraction with the weights of a simplex
};

/// A use of a value inside of a loop.
struct Use {
  Tensor value;
  std::string name;
  SourceRange range;
};

/// What a derivative operator varies while its body is elaborated.
struct Seeding {
  std::string spelling;         ///< `grad[x]`
  std::string seededName;       ///< the first
  std::map<NameId, Den> inner;  ///< the variable of each seeded binding
  std::map<NameId, Den> seeded; ///< the binding itself
  NameId first = 0;             ///< bindings from here on: made in the body
  size_t places = 0;            ///< places that were there before
  size_t stops = 0;             ///< enclosing `stop(...)` at its start
};

/// A top-level definition that is being evaluated where its name stands.
struct OpenThunk {
  std::string name;
  SourceRange range;
  size_t seedings; ///< enclosing derivatives
};

/// The values of an index without a range, from what it indexes.
using RangeOf =
    std::function<std::optional<std::vector<int64_t>>(const std::string &)>;

/// What elaboration remembers as it goes.
struct State {
  typed::Region scratch; ///< static evaluation may emit what nobody uses
  std::map<std::string, Module> moduleTable;
  std::vector<std::shared_ptr<NamedDist>> namedDists;
  std::set<const ast::DefItem *> entered; ///< declarations that were elaborated
  /// What lets of the top level and of tests are declared as, by their values.
  std::map<const ast::Expr *, const ast::SpaceExpr *> letSpaces;
  std::set<const ast::Expr *> forced; ///< top-level lets that were elaborated
  /// Extents of which `halves` said that they do not divide, per declaration.
  std::set<std::tuple<const ast::DefItem *, int64_t, int64_t>> indivisible;
  EnvPtr builtins;
  InstancesPtr rootInstances;
  std::vector<Definition> definitions;
  std::vector<typed::Region *> regions;               ///< where operations go
  std::vector<std::map<ParamId, Tensor>> paramValues; ///< per open region
  /// Parts of places made by indexing, per open region: one index, one place.
  std::vector<std::map<std::pair<PlaceId, std::vector<int64_t>>, PlaceId>>
      partPlaces;
  std::map<std::string, ParamId> paramIds;
  std::vector<BinderInfo> binders;
  std::vector<BinderId> active; ///< binders around this point
  std::vector<PlaceState> places;
  std::map<PlaceId, RootState> roots;
  uint64_t clock = 0;
  std::vector<std::vector<Use>> loopUses; ///< per open loop
  std::vector<ScanState> scans;           ///< under way
  SourceRange here;                       ///< of what is being elaborated
  unsigned depth = 0;                     ///< of calls
  unsigned sites = 0;                     ///< draw sites of this region
  std::string sitePath;
  std::map<const ast::Expr *, DistId> thunkDists; ///< of `let p = pull(..)`
  const ast::DefItem *conditionOwner = nullptr;   ///< whose conditions they are
  std::map<std::string, Den> outerConditions;     ///< of the dist being made
  std::vector<ValueId> drawSteps; ///< loop indices that key draws
  bool perSample = true;          ///< draws: per sample or once
  bool inInit = false;            ///< inside a parameter's init
  bool inSampling = false;        ///< jumps are harmless
  std::set<ValueId> comparisons;  ///< Bool values from trained ones
  bool drawJumps = false; ///< a trained value jumps in the present sampling
  std::vector<typed::Mixture> mixtures; ///< in the present density
  Lacking lacksDensity, lacksDraws;
  std::optional<Space> resultSpace; ///< what the next call is asked for
  NameReads nameReads;
  std::vector<Seeding> seedings; ///< derivatives around this point
  std::vector<OpenThunk> thunks;
  size_t stops = 0; ///< `stop(...)` around this point
};

/// Evaluates a region's body with `here` restored afterwards.
class HereScope {
public:
  HereScope(SourceRange &here, SourceRange now) : here(here), saved(here) {
    if (now.isValid())
      here = now;
  }
  ~HereScope() { here = saved; }

private:
  SourceRange &here;
  SourceRange saved;
};

} // namespace rill::lang::elab

#endif // RILL_LANG_ELAB_STATE_H
