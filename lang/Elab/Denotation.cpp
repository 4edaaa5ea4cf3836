//===- Denotation.cpp - What expressions mean during elaboration ----------===//
//
// Makers and the description of denotations, and name lookup in environments.
//
//===----------------------------------------------------------------------===//
#include "Elab/Denotation.h"

namespace rill::lang::elab {

Den Den::ofNumber(double value) {
  Den den;
  den.kind = Kind::Number;
  den.number = value;
  return den;
}

Den Den::ofBool(bool value) {
  Den den;
  den.kind = Kind::Bool;
  den.truth = value;
  return den;
}

Den Den::ofText(std::string text) {
  Den den;
  den.kind = Kind::Text;
  den.text = std::move(text);
  return den;
}

Den Den::ofTensor(Tensor tensor) {
  Den den;
  den.kind = Kind::Tensor;
  den.tensor = std::move(tensor);
  return den;
}

Den Den::ofTuple(std::vector<Den> items) {
  Den den;
  den.kind = Kind::Tuple;
  den.items = std::move(items);
  return den;
}

Den Den::ofList(std::vector<Den> items) {
  Den den;
  den.kind = Kind::List;
  den.items = std::move(items);
  return den;
}

Den Den::ofRange(double lo, double hi) {
  Den den;
  den.kind = Kind::Range;
  den.number = lo;
  den.hi = hi;
  return den;
}

Den Den::ofPlace(PlaceId place, std::vector<BinderId> labels) {
  Den den;
  den.kind = Kind::Place;
  den.place = place;
  den.labels = std::move(labels);
  return den;
}

Den Den::ofBinder(BinderId binder) {
  Den den;
  den.kind = Kind::Binder;
  den.binder = binder;
  return den;
}

Den Den::ofCallable(CallablePtr callable) {
  Den den;
  den.kind = Kind::Callable;
  den.callable = std::move(callable);
  return den;
}

Den Den::ofLaw(LawPtr law) {
  Den den;
  den.kind = Kind::Law;
  den.law = std::move(law);
  return den;
}

Den Den::ofSpace(Space space) {
  Den den;
  den.kind = Kind::SpaceOf;
  den.space = std::move(space);
  return den;
}

Den Den::ofBuiltin(std::string name) {
  Den den;
  den.kind = Kind::Builtin;
  den.text = std::move(name);
  return den;
}

Den Den::ofOptional(Den value, Tensor present, const Space &space) {
  Den den;
  den.kind = Kind::Optional;
  den.items = {std::move(value), ofTensor(std::move(present))};
  den.space = space.withOptional(true);
  return den;
}

Den Den::ofThunk(const ast::Expr *expr, EnvPtr env) {
  Den den;
  den.kind = Kind::Thunk;
  den.expr = expr;
  den.env = std::move(env);
  return den;
}

std::string Den::describe() const {
  switch (kind) {
  case Kind::Error:
    return "an erroneous expression";
  case Kind::Number:
    return "a number";
  case Kind::Bool:
    return "a truth value";
  case Kind::Text:
    return "a text";
  case Kind::Null:
    return "null";
  case Kind::Tensor:
    return "a value of space " +
           tensor.space.withShape(tensor.valueShape()).str();
  case Kind::Tuple:
    return "a tuple of " + std::to_string(items.size());
  case Kind::List:
    return "a list";
  case Kind::Range:
    return "a range";
  case Kind::Place:
    return "a place";
  case Kind::Binder:
    return "an index";
  case Kind::Callable:
    if (callable->def)
      return "the " + callable->def->kind + " '" + callable->name + "'";
    return callable->form == Callable::Form::Lambda ||
                   callable->form == Callable::Form::Local
               ? "a function"
               : "a flow";
  case Kind::Law:
    return "the law " + law->spelling;
  case Kind::Data:
    return "a data set";
  case Kind::SpaceOf:
    return "the space " + space.str();
  case Kind::Builtin:
    return "the function '" + text + "'";
  case Kind::Method:
    return "the member '" + text + "'";
  case Kind::Thunk:
    return "a definition";
  case Kind::Condition:
    return "a condition";
  case Kind::Optional:
    return "a value of space " + space.str();
  case Kind::Partial:
    return "the subject of a law";
  case Kind::Solver:
    return "a solver";
  }
  return "something";
}

const Den *Env::find(const std::string &name) const {
  for (const Env *env = this; env; env = env->outer.get())
    if (auto it = env->names.find(name); it != env->names.end())
      return &it->second;
  return nullptr;
}

} // namespace rill::lang::elab
