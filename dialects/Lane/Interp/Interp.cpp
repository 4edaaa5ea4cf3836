// Runs functions, blocks, loops and calls; see Interp.h. Values live in shared
// pointers so that constants of a loop are not copied at every step.
#include "Lane/Interp/Interp.h"
#include "Lane/Interp/Evaluate.h"
#include "rill/philox.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/Support/raw_ostream.h"

namespace rill::lane {

namespace interp {

llvm::Error fail(mlir::Operation *op, const llvm::Twine &what) {
  std::string text;
  llvm::raw_string_ostream(text)
      << op->getLoc() << ": '" << op->getName() << "': " << what;
  return llvm::createStringError(text);
}

Machine::Machine(const InterpContext &context)
    : context(context), noiseState(philox::mix(context.noiseSeed)) {}

Array Machine::make(TensorType type, double value) const {
  return Array::filled(type.getShape(), type.getInv(), context.batch, value);
}

double Machine::perturb(double value) {
  if (context.rounding != Rounding::Noise)
    return value;
  noiseState += 0x9E3779B97F4A7C15u; // SplitMix64
  double u = philox::uniform64(philox::mix(noiseState));
  return value * (1 + context.noise * (context.biased ? u : 2 * u - 1));
}

using Value = std::shared_ptr<const Array>;
using Values = llvm::SmallVector<Value>;

/// The error's other half: nothing failed, here are the values.
using Outcome = llvm::Expected<Values>;

class Interpreter {
public:
  explicit Interpreter(const InterpContext &context) : machine(context) {}

  Outcome runFunction(mlir::func::FuncOp function, const Values &arguments);

private:
  using Environment = llvm::DenseMap<mlir::Value, Value>;

  Outcome runBlock(mlir::Block &block, const Values &arguments);
  Outcome runOperation(mlir::Operation *op, const Values &in);
  Outcome runLoop(LoopOp loop, const Values &in);
  Outcome runCall(mlir::func::CallOp call, const Values &in);
  Outcome runLane(mlir::Operation *op, const Values &in);
  Value hold(const Value &computed);

  Machine machine;
  size_t stops = 0; // so far
  int depth = 0;
};

static Values lookupAll(const llvm::DenseMap<mlir::Value, Value> &environment,
                        mlir::ValueRange values) {
  Values found;
  for (mlir::Value v : values)
    found.push_back(environment.at(v));
  return found;
}

/// Whether an array has the type's rate, shape and size.
static bool fits(const Array &array, mlir::Type type, int64_t batch) {
  auto tensor = llvm::dyn_cast<TensorType>(type);
  return tensor && array.inv == tensor.getInv() &&
         llvm::ArrayRef<int64_t>(array.shape) == tensor.getShape() &&
         int64_t(array.data.size()) ==
             (array.inv ? 1 : batch) * array.sampleSize();
}

Outcome Interpreter::runFunction(mlir::func::FuncOp function,
                                 const Values &arguments) {
  if (function.isDeclaration() || !function.getBody().hasOneBlock())
    return fail(function, "has no single block to run");
  if (function.getNumArguments() != arguments.size())
    return fail(function, "takes " + llvm::Twine(function.getNumArguments()) +
                              " arguments, got " +
                              llvm::Twine(arguments.size()));
  for (auto [i, type] : llvm::enumerate(function.getArgumentTypes()))
    if (!fits(*arguments[i], type, machine.context.batch))
      return fail(function, "argument " + llvm::Twine(i) +
                                " does not have its type's shape and rate");
  return runBlock(function.getBody().front(), arguments);
}

Outcome Interpreter::runBlock(mlir::Block &block, const Values &arguments) {
  Environment environment;
  for (auto [argument, value] :
       llvm::zip_equal(block.getArguments(), arguments))
    environment[argument] = value;
  for (mlir::Operation &op : block.without_terminator()) {
    Outcome results =
        runOperation(&op, lookupAll(environment, op.getOperands()));
    if (!results)
      return results.takeError();
    for (auto [result, value] : llvm::zip_equal(op.getResults(), *results))
      environment[result] = value;
  }
  return lookupAll(environment, block.getTerminator()->getOperands());
}

Outcome Interpreter::runOperation(mlir::Operation *op, const Values &in) {
  if (auto loop = llvm::dyn_cast<LoopOp>(op))
    return runLoop(loop, in);
  if (auto call = llvm::dyn_cast<mlir::func::CallOp>(op))
    return runCall(call, in);
  if (llvm::isa<VjpOp, JvpOp, DivergenceOp>(op))
    return fail(op, "must be expanded by lane-differentiate first");
  return runLane(op, in);
}

Outcome Interpreter::runCall(mlir::func::CallOp call, const Values &in) {
  auto callee = mlir::SymbolTable::lookupNearestSymbolFrom<mlir::func::FuncOp>(
      call, call.getCalleeAttr());
  if (!callee)
    return fail(call, "no function '" + call.getCallee() + "'");
  if (depth == 256)
    return fail(call, "calls nest deeper than 256");
  ++depth;
  Outcome results = runFunction(callee, in);
  --depth;
  return results;
}

/// Element `step` along the first axis of `[count, s...]`.
static Array sliceOf(const Array &x, int64_t step, int64_t batch) {
  llvm::ArrayRef<int64_t> shape = llvm::ArrayRef<int64_t>(x.shape).drop_front();
  Array r = Array::filled(shape, x.inv, batch);
  int64_t n = r.sampleSize();
  for (int64_t s = 0, e = x.inv ? 1 : batch; s < e; ++s)
    for (int64_t k = 0; k < n; ++k)
      r.at(s, k) = x.at(s, step * n + k);
  return r;
}

static void storeSlice(Array &y, const Array &slice, int64_t step,
                       int64_t batch) {
  int64_t n = slice.sampleSize();
  for (int64_t s = 0, e = y.inv ? 1 : batch; s < e; ++s)
    for (int64_t k = 0; k < n; ++k)
      y.at(s, step * n + k) = slice.at(s, k);
}

/// True if steps at which no sample lives can be left out but for the first:
/// everything that they compute belongs to samples.
static bool isSkippable(LoopOp loop) {
  return loop.getLive() && llvm::none_of(loop.getResults(), [](mlir::Value v) {
           return isInvariant(v);
         });
}

/// What was carried into the step, where the sample does not live.
static Value frozen(const Value &before, const Value &after,
                    const Array &live) {
  if (before->inv)
    return after;
  Array r = *after;
  int64_t n = r.sampleSize();
  for (size_t s = 0; s < live.data.size(); ++s)
    if (live.data[s] == 0)
      for (int64_t k = 0; k < n; ++k)
        r.at(s, k) = before->at(s, k);
  return std::make_shared<Array>(std::move(r));
}

Outcome Interpreter::runLoop(LoopOp loop, const Values &in) {
  llvm::ArrayRef<Value> operands(in);
  size_t consts = loop.getConsts().size(), inits = loop.getInits().size();
  int64_t count = loop.getCount(), batch = machine.context.batch;
  Values carried(operands.slice(consts, inits));
  Values resting; // what a step yields when nobody lives
  std::vector<Array> stacked;
  for (mlir::Value y : loop.getYs())
    stacked.push_back(machine.make(typeOf(y)));

  for (int64_t i = 0; i < count; ++i) {
    int64_t step = loop.getReverse() ? count - 1 - i : i;
    Values arguments = {
        std::make_shared<Array>(Array::filled({}, true, batch, double(step)))};
    arguments.append(operands.begin(), operands.begin() + consts);
    arguments.append(carried);
    for (const Value &x : operands.drop_front(consts + inits))
      arguments.push_back(std::make_shared<Array>(sliceOf(*x, step, batch)));
    Value live;
    if (loop.getLive())
      live = arguments[llvm::cast<mlir::BlockArgument>(loop.getLive())
                           .getArgNumber()];
    // With nobody left, every step is like the first of them.
    bool left = isSkippable(loop) &&
                llvm::all_of(live->data, [](double d) { return d == 0; });
    if (left && !resting.empty()) {
      for (size_t y = 0; y < stacked.size(); ++y)
        storeSlice(stacked[y], *resting[inits + y], step, batch);
      continue;
    }
    Outcome yielded = runBlock(loop.getBlock(), arguments);
    if (!yielded)
      return yielded.takeError();
    if (left)
      resting = *yielded;
    for (size_t k = 0; k < inits; ++k)
      carried[k] =
          live ? frozen(carried[k], (*yielded)[k], *live) : (*yielded)[k];
    for (size_t y = 0; y < stacked.size(); ++y)
      storeSlice(stacked[y], *(*yielded)[inits + y], step, batch);
  }

  Values results = carried;
  for (Array &y : stacked)
    results.push_back(std::make_shared<Array>(std::move(y)));
  return results;
}

static void roundToFloat(Array &array) {
  for (double &v : array.data)
    v = static_cast<float>(v);
}

Value Interpreter::hold(const Value &computed) {
  HeldValues &held = *machine.context.held;
  if (held.noted && stops < held.values.size())
    return std::make_shared<Array>(held.values[stops++]);
  held.values.push_back(*computed);
  return computed;
}

Outcome Interpreter::runLane(mlir::Operation *op, const Values &in) {
  if (llvm::isa<StopOp>(op) && machine.context.held)
    return Values{hold(in[0])};
  llvm::SmallVector<const Array *> arrays;
  for (const Value &v : in)
    arrays.push_back(v.get());
  for (auto evaluate : {evaluateElementwise, evaluateShape, evaluateSum,
                        evaluateProduct, evaluateBatch}) {
    Result result = evaluate(op, arrays, machine);
    if (!result)
      continue;
    if (!*result)
      return result->takeError();
    if (machine.context.rounding == Rounding::Single &&
        typeOf(op->getResult(0)).isFloat())
      roundToFloat(**result);
    return Values{std::make_shared<Array>(std::move(**result))};
  }
  return fail(op, "is not an operation the interpreter knows");
}

} // namespace interp

llvm::Expected<std::vector<Array>> interpret(mlir::func::FuncOp function,
                                             llvm::ArrayRef<Array> arguments,
                                             const InterpContext &context) {
  interp::Values in;
  for (const Array &a : arguments)
    in.push_back(std::make_shared<Array>(a));
  interp::Outcome out = interp::Interpreter(context).runFunction(function, in);
  if (!out)
    return out.takeError();
  if (context.held)
    context.held->noted = true;
  std::vector<Array> results;
  for (const interp::Value &v : *out)
    results.push_back(*v);
  return results;
}

} // namespace rill::lane
