//===- EmitterControl.cpp - Loops, branches and calls ---------------------===//
//
// The control part of Emitter. Loops are emitted in the rotated form (test at
// the bottom), so that no loop pass has to bring them there.
//
//===----------------------------------------------------------------------===//
#include "codegen/cpu/Emitter.h"

using namespace mlir;
using namespace rill::cpu;

static Block *appendBlock(OpBuilder &b, TypeRange types, Location loc) {
  OpBuilder::InsertionGuard guard(b);
  Region *region = b.getBlock()->getParent();
  SmallVector<Location> locs(types.size(), loc);
  return b.createBlock(region, region->end(), types, locs);
}

Values Emitter::loop(Value lower, Value upper, int64_t step, ValueRange inits,
                     function_ref<Values(Value, ValueRange)> body) {
  auto low = constant(lower), high = constant(upper);
  bool known = low && high;
  if (known && *high <= *low)
    return Values(inits.begin(), inits.end());
  if (known && *high - *low <= step)
    return body(lower, inits);

  SmallVector<Type> types(inits.getTypes());
  SmallVector<Type> headTypes{i64};
  headTypes.append(types);
  Block *head = appendBlock(b, headTypes, loc);
  Values start{lower};
  start.append(inits.begin(), inits.end());
  Block *exit = nullptr;
  if (known) {
    LLVM::BrOp::create(b, loc, start, head);
  } else {
    exit = appendBlock(b, types, loc);
    Value some = icmp(LLVM::ICmpPredicate::slt, lower, upper);
    LLVM::CondBrOp::create(b, loc, some, head, start, exit, inits);
  }
  b.setInsertionPointToEnd(head);
  Values next = body(head->getArgument(0), head->getArguments().drop_front());
  assert(next.size() == types.size() && "loop body must yield what it carries");
  Value index = LLVM::AddOp::create(b, loc, head->getArgument(0), num(step),
                                    LLVM::IntegerOverflowFlags::nsw |
                                        LLVM::IntegerOverflowFlags::nuw);
  Value more = icmp(LLVM::ICmpPredicate::slt, index, upper);
  Values again{index};
  again.append(next.begin(), next.end());
  // The exit comes after the body in the text, whatever the body added.
  if (!exit)
    exit = appendBlock(b, types, loc);
  else
    exit->moveBefore(head->getParent(), head->getParent()->end());
  LLVM::CondBrOp::create(b, loc, more, head, again, exit, next);
  b.setInsertionPointToEnd(exit);
  return Values(exit->args_begin(), exit->args_end());
}

void Emitter::loop(Value lower, Value upper, int64_t step,
                   function_ref<void(Value)> body) {
  loop(lower, upper, step, {}, [&](Value index, ValueRange) {
    body(index);
    return Values();
  });
}

void Emitter::whileLess(Value first, Value limit,
                        function_ref<Value(Value)> body) {
  Block *head = appendBlock(b, TypeRange(first.getType()), loc);
  Block *taken = appendBlock(b, {}, loc), *exit = appendBlock(b, {}, loc);
  LLVM::BrOp::create(b, loc, ValueRange(first), head);
  b.setInsertionPointToEnd(head);
  Value index = head->getArgument(0);
  LLVM::CondBrOp::create(b, loc, icmp(LLVM::ICmpPredicate::slt, index, limit),
                         taken, exit);
  b.setInsertionPointToEnd(taken);
  LLVM::BrOp::create(b, loc, ValueRange(body(index)), head);
  exit->moveBefore(exit->getParent(), exit->getParent()->end());
  b.setInsertionPointToEnd(exit);
}

void Emitter::ifThen(Value condition, function_ref<void()> then) {
  Block *taken = appendBlock(b, {}, loc), *exit = appendBlock(b, {}, loc);
  LLVM::CondBrOp::create(b, loc, condition, taken, exit);
  b.setInsertionPointToEnd(taken);
  then();
  LLVM::BrOp::create(b, loc, ValueRange(), exit);
  exit->moveBefore(exit->getParent(), exit->getParent()->end());
  b.setInsertionPointToEnd(exit);
}

Values Emitter::ifElse(Value condition, function_ref<Values()> then,
                       function_ref<Values()> otherwise) {
  Block *taken = appendBlock(b, {}, loc), *other = appendBlock(b, {}, loc);
  LLVM::CondBrOp::create(b, loc, condition, taken, other);
  b.setInsertionPointToEnd(taken);
  Values left = then();
  Block *leftEnd = b.getBlock();
  b.setInsertionPointToEnd(other);
  Values right = otherwise();
  Block *exit = appendBlock(b, ValueRange(left).getTypes(), loc);
  LLVM::BrOp::create(b, loc, right, exit);
  b.setInsertionPointToEnd(leftEnd);
  LLVM::BrOp::create(b, loc, left, exit);
  b.setInsertionPointToEnd(exit);
  return Values(exit->args_begin(), exit->args_end());
}

Value Emitter::call(LLVM::LLVMFuncOp callee, ValueRange arguments) {
  auto call = LLVM::CallOp::create(b, loc, callee, arguments);
  return call.getNumResults() ? call.getResult() : Value();
}

Value Emitter::outlined(StringRef name, Type result, ValueRange arguments,
                        function_ref<Value(ValueRange)> body) {
  LLVM::LLVMFuncOp &helper = helpers[name];
  if (!helper) {
    OpBuilder::InsertionGuard guard(b);
    auto savedFunction = function;
    auto savedConstants = std::move(constants);
    Block *savedEntry = entry;
    SmallVector<Type> types(arguments.getTypes());
    auto made = beginFunction((name + "_" + isa.name).str(), result, types,
                              /*internal=*/true);
    ret(body(made.getBody().front().getArguments()));
    function = savedFunction;
    constants = std::move(savedConstants);
    entry = savedEntry;
    helpers[name] = made;
  }
  return call(helpers[name], arguments);
}

void Emitter::ret(Value value) {
  LLVM::ReturnOp::create(b, loc, value ? ValueRange(value) : ValueRange());
}

Value Emitter::address(LLVM::LLVMFuncOp callee) {
  return LLVM::AddressOfOp::create(b, loc, callee);
}
