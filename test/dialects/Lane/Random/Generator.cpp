// Random lane programs: arguments, the choice of operations, results.
#include "Generator.h"
#include "Grower.h"
#include "mlir/IR/Builders.h"

namespace rill::lane::random {

using mlir::Value;

std::vector<Item>
Grower::itemsWhere(llvm::function_ref<bool(const Item &)> holds) {
  std::vector<Item> found;
  for (const Item &i : pool)
    if (holds(i))
      found.push_back(i);
  return found;
}

/// The later of two, so that most values are used again.
Item Grower::pickLate(const std::vector<Item> &items) {
  uint32_t n = uint32_t(items.size());
  uint32_t back = std::min(choices.below(n), choices.below(n));
  return items[n - 1 - back];
}

Item Grower::pickFloat() {
  return pickLate(itemsWhere([](const Item &i) { return i.type().isFloat(); }));
}

std::vector<Item> Grower::lastFloats(size_t n) {
  auto floats = itemsWhere([](const Item &i) { return i.type().isFloat(); });
  std::vector<Item> last(floats.rbegin(),
                         floats.rbegin() + std::min(n, floats.size()));
  return last;
}

Item Grower::scaled(Item item, double factor) {
  return {b.mul(item.value, factor), item.low * factor, item.high * factor};
}

bool Grower::addFloat(Value value, double low, double high) {
  Item item = {value, low, high};
  if (item.magnitude() > limit)
    item = scaled(item, limit / 2 / item.magnitude());
  add(item);
  return true;
}

Item Grower::within(Item item, double low, double high) {
  if (item.low >= low && item.high <= high)
    return item;
  double slope = std::fmin(1, (high - low) / (item.high - item.low));
  Value v = slope == 1 ? item.value : b.mul(item.value, slope);
  double shift = (low + high) / 2 - slope * (item.low + item.high) / 2;
  double radius = slope * (item.high - item.low) / 2;
  double middle = (low + high) / 2;
  return {shift == 0 ? v : b.add(v, shift), middle - radius, middle + radius};
}

void Grower::growOne(int depth) {
  switch (choices.below(31)) {
  case 0:
  case 1:
  case 2:
    growUnary();
    break;
  case 3:
  case 4:
  case 5:
    growBinary();
    break;
  case 6:
  case 7:
    growChoice();
    break;
  case 8:
  case 9:
    growShape();
    break;
  case 10:
  case 11:
    growReduce();
    break;
  case 12:
  case 13:
  case 14:
    growContract();
    break;
  case 15:
    growBatch();
    break;
  case 16:
    growLookup();
    break;
  case 17:
    growSolve();
    break;
  case 18:
    growDraw();
    break;
  case 19:
    growConstant();
    break;
  case 20:
  case 21:
    growInteger();
    break;
  case 22:
  case 23:
    growTruth();
    break;
  case 24:
  case 25:
    growPattern();
    break;
  case 26:
  case 27:
    growDerivative(depth);
    break;
  case 28:
    growStaircase(depth);
    break;
  default:
    growLoop(depth);
  }
}

void Grower::grow(int operations, int depth) {
  for (int i = 0; i < operations && choices.below(16) != 0; ++i)
    growOne(depth);
}

static Array randomArray(Choices &choices, TensorType type, int64_t batch,
                         double low, double high) {
  Array a = Array::filled(type.getShape(), type.getInv(), batch);
  a.data = choices.reals(a.data.size(), low, type.isIndex() ? high + 1 : high);
  for (double &v : a.data) // exact in f32 too
    v = type.isIndex() ? std::fmin(std::floor(v), high) : float(v);
  return a;
}

/// Argument types: at least one varying and one invariant float, one integer.
static std::vector<TensorType> argumentTypes(Choices &choices,
                                             const ProgramOptions &options,
                                             mlir::Type element) {
  auto shape = [&] {
    return randomShape(choices, options, choices.between(0, 3));
  };
  std::vector<TensorType> types = {tensorOf(shape(), element, false),
                                   tensorOf(shape(), element, true)};
  for (int64_t n = choices.between(0, 2); n > 0; --n)
    types.push_back(tensorOf(shape(), element, choices.chance(50)));
  if (options.integers && choices.chance(50)) {
    mlir::Type i32 = mlir::IntegerType::get(element.getContext(), 32);
    types.push_back(tensorOf({choices.between(1, 3)}, i32, choices.chance(30)));
  }
  return types;
}

Program generate(mlir::MLIRContext &context, Choices choices,
                 const ProgramOptions &options) {
  context.loadDialect<LaneDialect, mlir::func::FuncDialect>();
  mlir::OpBuilder builder(&context);
  mlir::Location loc = builder.getUnknownLoc();
  mlir::Type element =
      options.single ? mlir::Type(builder.getF32Type()) : builder.getF64Type();

  Program program;
  program.context.batch = choices.between(1, options.maxBatch);
  program.context.seed = choices.below(1000);
  program.context.step = choices.below(3);
  program.module = mlir::ModuleOp::create(loc);
  llvm::SmallVector<mlir::Type> inputs;
  for (TensorType type : argumentTypes(choices, options, element)) {
    inputs.push_back(type);
    program.arguments.push_back(
        randomArray(choices, type, program.context.batch,
                    type.isIndex() ? 0 : -2, type.isIndex() ? 5 : 2));
  }

  builder.setInsertionPointToEnd(program.module->getBody());
  auto function = mlir::func::FuncOp::create(
      builder, loc, "f", builder.getFunctionType(inputs, {}));
  mlir::Block *body = function.addEntryBlock();
  builder.setInsertionPointToEnd(body);
  Shared shared;
  Grower grower(builder, choices, options, element, program.context.batch,
                shared);
  for (Value argument : body->getArguments())
    grower.add({argument, typeOf(argument).isIndex() ? 0.0 : -2.0,
                typeOf(argument).isIndex() ? 5.0 : 2.0});
  grower.grow(options.operations, 2);

  llvm::SmallVector<Value> results;
  llvm::SmallVector<mlir::Type> types;
  for (const Item &i : grower.lastFloats(size_t(choices.between(1, 3)))) {
    results.push_back(i.value);
    types.push_back(i.type());
  }
  mlir::func::ReturnOp::create(builder, loc, results);
  function.setFunctionType(builder.getFunctionType(inputs, types));
  program.choices = choices.all();
  program.kinds = kindsOf(function, shared);
  return program;
}

} // namespace rill::lane::random
