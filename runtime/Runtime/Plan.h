//===- Plan.h - The driver plan of a program --------------------*- C++ -*-===//
//
// The JSON of docs/decisions/0003 as typed values. Parsing checks that names
// and indices refer to something; it runs nothing.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_RUNTIME_PLAN_H
#define RILL_RUNTIME_PLAN_H

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace rill::rt {

enum class Type { F32, F64, I32, Bool };

/// Bytes of one element.
int64_t sizeOf(Type type);

enum class Space { Real, Positive, Unit, Interval, Fin, Bool, Int, Simplex };

/// One part of a row: a tensor over one space.
struct Field {
  std::string name;
  Space space = Space::Real;
  std::vector<int64_t> shape;
  double lo = 0, hi = 0; ///< Interval
  int64_t size = 0;      ///< Fin
  bool optional = false;

  int64_t width() const; ///< numbers in the field
  bool continuous() const;
  std::string text() const; ///< "Real[2]"
  /// Arrays that a kernel takes it in: the values and, of an optional field,
  /// whether there is one.
  int64_t arrays() const { return optional ? 2 : 1; }
  /// Any number of the space: what stands where there is none.
  double anyValue() const;
};

/// Numbers in a row of these fields.
int64_t widthOf(const std::vector<Field> &fields);
std::string textOf(const std::vector<Field> &fields);

struct ParamSpec {
  std::string path; ///< "p.*.couple.mlp.0.W"; each * stands for a step
  std::vector<int64_t> stack, shape;
  std::string space, chart;

  int64_t instances() const; ///< product of stack
  int64_t width() const;     ///< numbers of one instance
  int64_t size() const { return instances() * width(); }
};

struct ArgSpec {
  std::string role, name; ///< role: data, param, latent, condition, scalar
  int param = -1;
  bool varying = true;
  std::vector<int64_t> shape;
  Type type = Type::F32;

  int64_t width() const;
};

struct ResultSpec {
  std::string role; ///< logp, value, logdet, loss, grad, param, require
  std::string name; ///< require: the condition as written
  int param = -1;
  bool varying = true;
  std::vector<int64_t> shape;
  Type type = Type::F32;

  int64_t width() const;
};

struct KernelSpec {
  std::string name, precision;
  std::vector<ArgSpec> args;
  std::vector<ResultSpec> results;
  double flops = 0; ///< of one sample

  /// Position of the first result of this role, or -1.
  int result(const std::string &role) const;
};

struct DataSpec {
  std::string name, format, path;
  std::vector<std::string> columns;
  std::vector<Field> fields;
  double hold = 0, valid = 0;
  uint64_t seed = 1;
  std::string kernel; ///< format "draw": what draws them, else ""
  int64_t rows = 0;   ///< format "draw"
};

/// What stands behind `given`, one field for each part of a product.
struct Condition {
  Field field;
  bool hasDefault = false;
  double value = 0; ///< the default; NaN: null
};

struct DistSpec {
  std::string name;
  std::vector<Field> fields;
  std::vector<Field> base; ///< of a flow's base; empty if it has none
  std::vector<Condition> conditions;
  std::string data; ///< whose rows it is trained on; "" if none is known
  std::vector<int> dataFields; ///< of `data`: the subject, then the conditions
                               ///< (-1: the default)
  std::string kind, why;
  std::vector<int> params;
  std::string logp, sample, latent, generate; ///< kernel names, "" if none
  std::string densityDirection, samplingDirection;
  int64_t solverSteps = 0;    ///< that a solver may try; 0: none chooses steps
  double solverTolerance = 0; ///< the largest of such solvers

  /// Whether only a check or a test knows it: `check3.p`.
  bool ofChecks() const { return name.find('.') != std::string::npos; }
  /// What its kernels read of a row: the subject, then the conditions.
  std::vector<Field> inputs() const;
  std::vector<Field> conditionFields() const;
};

struct OptimizerSpec {
  std::string kind = "adam"; ///< adam, sgd
  double lr = 1e-3, beta1 = 0.9, beta2 = 0.999, eps = 1e-8;
  double weightDecay = 0; ///< decoupled (AdamW)
  double momentum = 0;    ///< sgd
};

struct TrainSpec {
  std::vector<std::string> models;    ///< dists among what it trains
  std::vector<std::string> instances; ///< paths of all that it trains
  std::string objective;              ///< the loss, as written
  std::string data; ///< "" for a loss that only draws from laws
  std::string loss, grad, init;
  std::string require; ///< kernel of conditions on parameters, or ""
  bool initUsesData = false;
  std::vector<int> params;
  OptimizerSpec optimizer;
  double clip = 0, ema = 0;
  int64_t batch = 256, steps = 1000, every = 0, patience = 0;
};

struct CheckSpec {
  std::string label, measure, dist, relation;
  double value = 0;
  std::optional<double> within;
  bool numeric = false;
  double boxLo = 0, boxHi = 0;
  std::string kernel, data, part, range;
  int64_t draws = 0;
  /// Of a dependence: for each element of the end, the ranges [begin, end) of
  /// elements of the start that it may depend on.
  std::vector<std::vector<int64_t>> reads;
};

struct TestSpec {
  std::string label;
  std::vector<CheckSpec> checks;
};

struct Plan {
  std::string name, precision, main, hash;
  std::string init; ///< kernel for parameters that no train initialises, or ""
  std::vector<ParamSpec> params;
  std::vector<DataSpec> data;
  std::vector<KernelSpec> kernels;
  std::vector<DistSpec> dists;
  std::vector<TrainSpec> trains;
  std::vector<CheckSpec> checks;
  std::vector<TestSpec> tests;

  Type type() const { return precision == "f64" ? Type::F64 : Type::F32; }
  const KernelSpec *findKernel(const std::string &name) const;
  const DistSpec *findDist(const std::string &name) const;
  const DataSpec *findData(const std::string &name) const;
  /// The data set that `dist` is trained on, else another that fits, else null.
  const DataSpec *dataOf(const DistSpec &dist) const;
};

/// Whether rows of `data` have the subject of `dist`, and its conditions: its
/// own data set, or one of its width where it has none.
bool fits(const DistSpec &dist, const DataSpec &data);

/// Parses the plan; an internal Error where it is malformed.
Plan parsePlan(const char *json);

} // namespace rill::rt
#endif
