//===- Denotation.h - What expressions mean during elaboration --*- C++ -*-===//
//
// Elaboration interprets declarations: an expression denotes a static number,
// a tensor value of the typed program, a place, something callable, a law, ...
// These are plain data; the Elaborator gives them their meaning.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_LANG_ELAB_DENOTATION_H
#define RILL_LANG_ELAB_DENOTATION_H

#include "AST/AST.h"
#include "Elab/Bounds.h"
#include "Elab/NameReads.h"
#include "Typed/Typed.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace rill::lang::elab {

using typed::DataId;
using typed::DistId;
using typed::ParamId;
using typed::PlaceId;
using typed::ValueId;

/// An index variable in scope; ids grow from the outside in.
using BinderId = uint32_t;

/// Elements of a root place that a value was computed from, and when.
struct Dependence {
  PlaceId root = 0;
  PlaceId place = 0; ///< what the source names
  std::shared_ptr<const std::vector<int64_t>> elements;
  uint64_t time = 0;
};

/// A value of the typed program. Its leading axes belong to the binders
/// `labels` (ascending); the rest is the shape that the expression has.
struct Tensor {
  ValueId id = 0;
  Space space;
  std::vector<BinderId> labels;
  Bounds bounds;
  std::vector<Dependence> deps;
  bool trained = false; ///< computed from a parameter
  bool seeded = false;  ///< computed from what a derivative varies

  size_t rank() const { return space.shape().size() - labels.size(); }
  std::vector<int64_t> valueShape() const {
    return {space.shape().begin() + labels.size(), space.shape().end()};
  }
  std::vector<int64_t> labelShape() const {
    return {space.shape().begin(), space.shape().begin() + labels.size()};
  }
};

struct Env;
using EnvPtr = std::shared_ptr<Env>;

/// Owner of instances: where parameters of a body get their names.
struct Instances {
  std::string path;                  ///< "p.*.couple", "" at the top
  std::vector<int64_t> stack;        ///< extents of the repeats in `path`
  std::vector<ValueId> steps;        ///< their step values
  std::map<std::string, int> counts; ///< names given so far
  const ast::DefItem *numberedFor = nullptr; ///< variadic owner: 0, 1, ...
};
using InstancesPtr = std::shared_ptr<Instances>;

struct Den;

/// An explicit Runge-Kutta method with its steps, as the library states it.
struct RungeKutta {
  std::vector<std::vector<double>> a; ///< row k: stage k + 2 of stages 1..k + 1
  std::vector<double> b;
  std::vector<double> error; ///< weights of the error; empty: fixed steps
  int64_t order = 0;         ///< of the embedded error estimate's solution
  int64_t steps = 0;         ///< their number, or how many are tried at most
  double rtol = 0, atol = 0;
};

/// Something that can be applied: a declaration (with its statics when
/// brackets were given), a lambda, a composed flow, a repeat.
struct Callable {
  enum class Form { Decl, Lambda, Local, Repeat, Compose, Block, Given, Ode };
  Form form = Form::Decl;
  std::string name;
  const ast::DefItem *def = nullptr;
  const ast::LambdaExpr *lambda = nullptr;
  const ast::Parameters *params = nullptr; ///< Local: `let f(x) = e`
  const ast::Expr *body = nullptr;         ///< Local body
  const ast::LocalFnStmt *local = nullptr;
  const ast::RepeatExpr *repeat = nullptr;
  const ast::CallExpr *given = nullptr; ///< Given: parts[0] with conditions
  const ast::Block *block = nullptr;
  std::vector<Den> parts;                   ///< Compose; Ode: the field
  std::shared_ptr<const RungeKutta> solver; ///< Ode
  double from = 0, to = 0;                  ///< Ode
  std::vector<Den> statics; ///< in declaration order; variadic ones as a List
  bool made = false;        ///< brackets were given
  bool continues = false;   ///< a variadic net inside itself: numbering goes on
  EnvPtr env;
  InstancesPtr instances; ///< what its parameters are named under
  SourceRange range;
};
using CallablePtr = std::shared_ptr<Callable>;

/// A declared top-level dist; its space may come from its use.
struct NamedDist {
  std::string name;
  CallablePtr callable;
  std::optional<Space> demanded;
  SourceRange demandRange;
  std::optional<DistId> id;
  bool busy = false, failed = false;
};

/// A distribution whose arguments are still syntax: they are elaborated in the
/// region that asks for a density or a draw.
struct Law {
  enum class Form { Decl, Named, Pull, Push, Lifted, Product, Mixture };
  Form form = Form::Decl;
  CallablePtr callable; ///< Decl
  std::shared_ptr<NamedDist> named;
  std::shared_ptr<Den> flow; ///< Pull, Push
  std::vector<Den> parts;    ///< base; Product, Mixture: factors, components
  const ast::Expr *weights = nullptr;          ///< Mixture
  std::vector<int64_t> shape;                  ///< Lifted
  const std::vector<ast::Arg> *args = nullptr; ///< conditions, or null
  EnvPtr env;
  InstancesPtr instances;
  SourceRange range;
  std::string spelling;
  bool stopped = false; ///< no gradient passes through how it draws
};
using LawPtr = std::shared_ptr<Law>;

/// Elements of a subject drawn so far in a generative block.
struct Partial {
  std::string name;
  Space space;
  std::vector<std::pair<std::vector<int64_t>, Tensor>> pieces;
};

/// What an expression denotes.
struct Den {
  enum class Kind {
    Error,  ///< reported already; silences what follows
    Number, ///< known at compile time
    Bool,
    Text,
    Null,
    Tensor,
    Tuple, ///< `items`, maybe `names`
    List,  ///< static list
    Range, ///< `lo..hi`
    Place, ///< `place` with binder axes `labels`
    Binder,
    Callable,
    Law,
    Data,
    SpaceOf,
    Builtin, ///< `text`
    Method,  ///< `text` of items[0]
    Thunk,   ///< `expr` in `env`, elaborated where it is used
    Partial,
    Optional, ///< items: a value of space A (Tensor or Tuple), and whether it
              ///< is there (Tensor of Bool); `space` is A?
    Solver,   ///< `solver`
    Condition ///< `text`: a condition of the dist being made
  };
  Kind kind = Kind::Error;
  double number = 0, hi = 0;
  bool truth = false;
  std::string text;
  Tensor tensor;
  std::vector<Den> items;
  std::vector<std::string> names;
  PlaceId place = 0;
  std::vector<BinderId> labels;
  BinderId binder = 0;
  CallablePtr callable;
  LawPtr law;
  DataId data = 0;
  Space space;
  const ast::Expr *expr = nullptr;
  EnvPtr env;
  InstancesPtr owner; ///< Thunk: what its instances are named under
  /// Thunk: an argument of a law, bound to this parameter in `into`'s scope.
  const ast::Parameter *parameter = nullptr;
  EnvPtr into;
  std::shared_ptr<Partial> partial;
  std::shared_ptr<const RungeKutta> solver;
  NameId name = 0; ///< the binding that it was found by

  bool is(Kind k) const { return kind == k; }
  bool isError() const { return kind == Kind::Error; }

  static Den error() { return {}; }
  static Den ofNumber(double value);
  static Den ofBool(bool value);
  static Den ofText(std::string text);
  static Den ofTensor(Tensor tensor);
  static Den ofTuple(std::vector<Den> items);
  static Den ofList(std::vector<Den> items);
  static Den ofRange(double lo, double hi);
  static Den ofPlace(PlaceId place, std::vector<BinderId> labels = {});
  static Den ofBinder(BinderId binder);
  static Den ofCallable(CallablePtr callable);
  static Den ofLaw(LawPtr law);
  static Den ofSpace(Space space);
  static Den ofBuiltin(std::string name);
  static Den ofOptional(Den value, Tensor present, const Space &space);
  static Den ofThunk(const ast::Expr *expr, EnvPtr env);
  /// For messages: "a flow", "a law", "a value of space Real[2]".
  std::string describe() const;
};

/// Names in scope. Inner environments shadow outer ones.
struct Env {
  EnvPtr outer;
  std::map<std::string, Den> names;
  std::map<std::string, SourceRange> ranges;

  static EnvPtr inside(EnvPtr outer) {
    auto env = std::make_shared<Env>();
    env->outer = std::move(outer);
    return env;
  }
  const Den *find(const std::string &name) const;
};

} // namespace rill::lang::elab

#endif // RILL_LANG_ELAB_DENOTATION_H
