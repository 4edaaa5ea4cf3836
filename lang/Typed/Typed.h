//===- Typed.h - The typed program ------------------------------*- C++ -*-===//
//
// What elaboration makes of a module: names resolved, statics known, instances
// made, comprehensions lifted to tensor operations. It is flat SSA with places
// as names: `read`, `assign` and `view` are the only operations that touch a
// place. The importer maps it to the model dialects; it knows no MLIR.
//
// Tensor operations carry the mnemonic and attributes of the `lane` dialect
// (dialects/Lane/IR/LaneOps.td, docs/decisions/0002-lane-operations.md), so
// that there is one list of operations, not two. Operands of elementwise
// operations have equal shapes: elaboration inserts `spread`.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_LANG_TYPED_TYPED_H
#define RILL_LANG_TYPED_TYPED_H

#include "Support/Source.h"
#include "Typed/Space.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace rill::lang::typed {

using ValueId = uint32_t;
using PlaceId = uint32_t;
using ParamId = uint32_t;
using DistId = uint32_t;
using DataId = uint32_t;

using Attr =
    std::variant<int64_t, double, std::string, std::vector<int64_t>,
                 std::vector<std::vector<int64_t>>, std::vector<double>>;

struct Op;

/// A list of operations with arguments and results. Regions may use values of
/// the regions that enclose them.
struct Region {
  std::vector<ValueId> args;
  std::vector<Op> ops;
  std::vector<ValueId> results;
};

enum class OpKind {
  /// A tensor operation; `name` is its lane mnemonic.
  Tensor,
  /// Declares instance parameter `index` here; region 0 yields its initial
  /// value in the constrained space (it may contain `First` and draws, and may
  /// read places: the values at this point). Result: the parameter's value.
  /// Matrix spaces: the result is only usable by MatVec.
  Param,
  /// The mean of operand 0 over the first batch; only inside Param's region.
  First,
  /// Result: the value of place `index` at this line.
  Read,
  /// Place `index` gets operand 0. Attribute `bounds`: the ends [lo, hi] of the
  /// space in which its elements were. With `inverse by`, region 0 yields the
  /// place's former value; it reads the place as it is afterwards.
  Assign,
  /// Cuts place `index` into the places `places`; attribute "parts" holds, for
  /// each, the row-major element indices of the parent that it denotes. The
  /// parts are disjoint; elements that no part names stay with the parent.
  View,
  /// `count` steps; region 0 reads and assigns places of the enclosing body.
  /// Parameters declared inside are stacked by their `Param::stack` (a shared
  /// instance from outside of the loop has none). Region argument 0 is the step
  /// (scalar Int); draws in initial values take the enclosing steps as
  /// operands.
  Repeat,
  /// `count` steps through the first axis of places. `places` are the slices,
  /// attribute "wholes" the places that they are slices of; operands are the
  /// initial carried values. Region 0: arguments the step and the carried
  /// values, results the next ones; it reads and assigns the slices.
  Scan,
  /// W @ x with W of a matrix space: operands W, x ([D]; under binders
  /// [..., D], each row by itself).
  MatVec,
  /// Condition on parameters (operand 0: Bool).
  Require,
  /// Members of law `index`. Logp: operand x (all subject fields, flattened),
  /// then conditions; result scalar. Sample: conditions; results the subject.
  /// Latent (density direction of a flow) and Generate give (value, logDet). A
  /// condition is one operand for each of its arrays (Space::arrays).
  Logp,
  Sample,
  Latent,
  Generate,
  /// Derivative; region 0 is the function of the seeded values (its args, in
  /// operand order), what else it uses is held. `name`:
  /// "grad": of a scalar; one result per seeded value, of its shape.
  /// "vjp": operands values, cotangent of the region's result; as grad.
  /// "jvp": operands values, tangents; the tangent of the region's result.
  /// "jac": all tangents of a result [s...] in one value [x...]: [s..., x...].
  /// "div": the trace of jac for s = x.
  /// Attributes of jac and div: "x_labels" and "labels", how many leading axes
  /// of the value and of the region's result are binder axes, outside of s, x.
  Deriv,
  /// Flow of a vector field: the place's value after running from time `from`
  /// to `to`. Operand x; region 0 has the arguments x (of its shape) and time
  /// (scalar) and yields the velocity, of x's shape. Attributes: the times, the
  /// Runge-Kutta method (`a`: rows below the diagonal, one after the other;
  /// `b`; `error`, empty for fixed steps; `order`), `steps` (their number, or
  /// the most that are tried), `rtol`, `atol`.
  Ode,
};

struct Op {
  OpKind kind = OpKind::Tensor;
  std::string name;
  std::vector<ValueId> operands;
  std::vector<ValueId> results;
  std::map<std::string, Attr> attrs;
  std::vector<Region> regions;
  uint32_t index = 0;          ///< param, place or dist, by kind
  std::vector<PlaceId> places; ///< View
  int64_t count = 0;           ///< Repeat
  SourceRange range;
  /// The text a diagnostic may name it by: `exp(2 * tanh(s))`.
  std::string spelling;
};

/// Values that the region uses from outside, in order of first use.
std::vector<ValueId> captures(const Region &region);

struct ValueInfo {
  Space space;
  std::string name; ///< of the `let`, or ""
  SourceRange range;
};

struct PlaceInfo {
  Space space;
  std::string name;
  SourceRange range;
};

/// A trainable array. `path` names it in checkpoints; each `*` stands for a
/// step of an enclosing repeat, with extents `stack` from the outside in. In
/// memory it is [stack..., raw shape...].
struct Param {
  std::string path;
  std::vector<int64_t> stack;
  Space space; ///< constrained space of one step's value
  SourceRange range;
};

struct Condition {
  std::string name;
  Space space;
  std::optional<double> defaultValue;
  bool defaultsToNull = false;

  bool hasDefault() const { return defaultValue || defaultsToNull; }
};

/// The data set whose rows are a law's: which field is each of its subject's
/// fields and, after them, each of its conditions (-1: none, the default).
struct Rows {
  DataId data = 0;
  std::vector<int> fields;
};

/// A mixture in a density: its components, each with its dist where it has one
/// of its own.
struct Mixture {
  struct Part {
    std::string name;
    SourceRange range;
    std::optional<DistId> dist;
  };
  std::vector<Part> parts;
};

/// What leaves a law without a member: the words at a place in the source.
struct Missing {
  SourceRange range;
  std::string what;
  bool component = false; ///< of a mixture
};

/// A distribution. Members that are missing are errors where they are needed.
struct Dist {
  std::string name; ///< declared name, or the base's spelling
  std::vector<std::string> subjectNames;
  Space subject;
  std::vector<Condition> conditions;
  std::optional<Rows> rows; ///< what it is trained on
  SourceRange range;

  enum class Form { Members, Pull, Push } form = Form::Members;
  // Members: regions over (subject values, conditions).
  std::optional<Region> logp;   ///< yields a scalar
  std::optional<Region> sample; ///< args: conditions; yields the subject
  /// A draw passes a trained value through a jump: it has no pathwise
  /// derivative in what is trained.
  bool drawJumps = false;
  std::optional<Region> cdf, quantile, logsf;
  std::vector<Mixture> mixtures; ///< summed in logp
  /// Why there is no logp, or no sample, where another law is the reason.
  std::optional<Missing> missing, missingDraws;
  // Pull and Push: the flow, written on place `flowPlace`; the base's law. The
  // region's arguments are the conditions, which the base dist has as well.
  Region flow;
  PlaceId flowPlace = 0;
  Space flowIn, flowOut;
  DistId base = 0;
};

/// Where rows come from.
struct Data {
  std::string name;
  Space space;
  std::string format; ///< "csv", "npy", "draw"
  std::string path;
  std::vector<std::string> columns;
  double hold = 0, valid = 0; ///< fractions
  uint64_t seed = 1;
  /// Format "draw": `rows` rows of what the region yields (one value per
  /// field), drawn with the parameters of the moment.
  std::optional<Region> draw;
  int64_t rows = 0;
  SourceRange range;
};

/// E over draws of `body`. Region args: the drawn values, in order.
struct Expectation {
  struct Draw {
    std::vector<ValueId> values;
    std::optional<DataId> data;
    std::string part; ///< "", "train", "valid", "held"
    std::optional<DistId> dist;
  };
  std::vector<Draw> draws;
  std::optional<int64_t> count;
  bool drawsInside = false; ///< laws that are drawn from in the body
  Region body;              ///< yields a scalar
};

struct Loss {
  std::string name;
  Expectation expectation;
  bool maximize = false;
};

struct Train {
  std::vector<DistId> models;
  std::vector<std::string> instances; ///< path prefixes that it changes
  std::optional<DataId> data;
  Loss loss;
  std::string optimizer = "adam"; ///< "adam", "sgd"
  double learningRate = 1e-3, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8,
         weightDecay = 0;
  int64_t batch = 256, steps = 1000;
  double clip = 0; ///< global norm, 0 = none
  double ema = 0;
  int64_t every = 0,
          patience =
              0; ///< validation interval and early stop, 0 = default, none
  SourceRange range;
};

struct Check {
  std::string label; ///< source text when not given
  /// "roundtrip", "logdet", "integral", "gradient", "dependence", "expression"
  std::string measure;
  std::optional<DistId> dist;
  std::vector<double> box; ///< integral: lo, hi (each axis)
  int64_t axis = 0;        ///< dependence: along which it is causal
  Expectation left;        ///< expression; no draws: evaluated once
  std::optional<Expectation> right;
  std::string relation; ///< "<", "<=", ">", ">=", "=="
  double value = 0;
  bool numeric = false; ///< right side is `numeric`
  std::optional<double> within;
  SourceRange range;
};

struct Test {
  std::string label;
  std::vector<Check> checks;
  SourceRange range;
};

struct Program {
  std::string name; ///< file stem
  std::vector<ValueInfo> values;
  std::vector<PlaceInfo> places;
  std::vector<Param> params;
  std::vector<Dist> dists;
  std::vector<Data> data;
  std::vector<Train> trains;
  std::vector<Check> checks;
  std::vector<Test> tests;
  std::optional<DistId> main;
  /// Dists that top-level names denote, in source order.
  std::vector<std::pair<std::string, DistId>> named;
};

/// `--emit=typed`.
std::string print(const Program &program);

} // namespace rill::lang::typed

#endif // RILL_LANG_TYPED_TYPED_H
