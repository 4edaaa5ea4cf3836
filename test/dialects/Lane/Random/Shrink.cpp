// Shrinking of counterexamples; see Shrink.h. Every attempt works on a copy.
#include "Shrink.h"
#include "Derive.h"
#include "Lane/IR/LaneBuilder.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

namespace rill::lane::random {

using mlir::Value;

void shrinkChoices(std::vector<uint32_t> &choices,
                   const std::function<bool(std::vector<uint32_t> &)> &fails) {
  int budget = 600;
  auto attempt = [&](std::vector<uint32_t> candidate) {
    if (--budget < 0 || !fails(candidate))
      return false;
    choices = std::move(candidate);
    return true;
  };
  for (bool progress = true; progress && budget > 0;) {
    progress = false;
    for (size_t size = 32; size > 0; size /= 2)
      for (size_t at = 0; at + size <= choices.size();) {
        std::vector<uint32_t> shorter = choices;
        shorter.erase(shorter.begin() + at, shorter.begin() + at + size);
        if (attempt(shorter))
          progress = true;
        else
          at += size;
      }
    for (size_t at = 0; at < choices.size(); ++at) {
      std::vector<uint32_t> lower = choices;
      if (lower[at] == 0)
        continue;
      lower[at] /= 2;
      progress |= attempt(lower);
    }
  }
}

Program copyOf(Program &program) {
  Program copy;
  copy.module = mlir::OwningOpRef<mlir::ModuleOp>(program.module->clone());
  copy.arguments = program.arguments;
  copy.context = program.context;
  copy.choices = program.choices;
  return copy;
}

static void eraseDeadCode(Program &program) {
  for (bool changed = true; changed;) {
    changed = false;
    llvm::SmallVector<mlir::Operation *> dead;
    program.module->walk([&](mlir::Operation *op) {
      if (mlir::isOpTriviallyDead(op))
        dead.push_back(op);
    });
    // The innermost first: an outer one takes them along.
    for (mlir::Operation *op : dead)
      if (op->use_empty()) {
        op->erase();
        changed = true;
      }
  }
}

static llvm::SmallVector<Value> allResults(Program &program) {
  llvm::SmallVector<Value> values;
  program.function().walk([&](mlir::Operation *op) {
    if (op->getDialect() && !llvm::isa<mlir::func::FuncOp>(op))
      values.append(op->result_begin(), op->result_end());
  });
  return values;
}

/// What could stand for `v`: an operand or an argument of its block of the same
/// type, or a constant. The `n`-th; null past the last.
static Value substitute(Value v, size_t n) {
  mlir::Operation *op = v.getDefiningOp();
  llvm::SmallVector<Value> candidates;
  auto consider = [&](Value other) {
    if (other.getType() == v.getType() && other != v)
      candidates.push_back(other);
  };
  llvm::for_each(op->getOperands(), consider);
  llvm::for_each(op->getBlock()->getArguments(), consider);
  if (n < candidates.size())
    return candidates[n];
  TensorType type = typeOf(v);
  if (n > candidates.size() || !type.isFloat() || llvm::isa<ConstOp>(op) ||
      llvm::isa<VaryOp>(op))
    return {};
  mlir::OpBuilder builder(op);
  LaneBuilder b(builder, op->getLoc());
  return b.withRate(b.constant(type, 0.75), type.getInv());
}

static bool replaceOne(Program &program, size_t index, size_t n) {
  llvm::SmallVector<Value> values = allResults(program);
  if (index >= values.size() || values[index].use_empty())
    return false;
  Value other = substitute(values[index], n);
  if (!other)
    return false;
  values[index].replaceAllUsesWith(other);
  eraseDeadCode(program);
  return true;
}

static bool dropResult(Program &program, size_t index) {
  mlir::func::FuncOp function = program.function();
  mlir::Operation *end = function.getBody().front().getTerminator();
  if (end->getNumOperands() < 2 || index >= end->getNumOperands())
    return false;
  end->eraseOperand(unsigned(index));
  function.setFunctionType(mlir::FunctionType::get(function->getContext(),
                                                   function.getArgumentTypes(),
                                                   end->getOperandTypes()));
  eraseDeadCode(program);
  return true;
}

static bool simplify(Program &program, const char *pipeline) {
  std::string before = print(*program.module);
  llvm::Error error = runPasses(*program.module, pipeline);
  if (error)
    llvm::consumeError(std::move(error));
  return print(*program.module) != before;
}

void shrinkOperations(Program &program,
                      const std::function<bool(Program &)> &fails) {
  int budget = 1500;
  auto attempt = [&](auto change) {
    Program candidate = copyOf(program);
    if (--budget < 0 || !change(candidate))
      return false;
    Program run = copyOf(candidate);
    if (mlir::failed(mlir::verify(*run.module)) || !fails(run))
      return false;
    program = std::move(candidate);
    return true;
  };
  attempt([](Program &p) {
    eraseDeadCode(p);
    return true;
  });
  for (bool progress = true; progress && budget > 0;) {
    progress = false;
    for (size_t r = 0; r < 3; ++r)
      progress |= attempt([&](Program &p) { return dropResult(p, r); });
    for (const char *pipeline : {"cse", "lane-simplify-loops"})
      progress |= attempt([&](Program &p) { return simplify(p, pipeline); });
    for (size_t i = allResults(program).size(); i > 0; --i)
      for (size_t n = 0; n < 4; ++n)
        if (attempt([&](Program &p) { return replaceOne(p, i - 1, n); })) {
          progress = true;
          break;
        }
  }
}

} // namespace rill::lane::random
