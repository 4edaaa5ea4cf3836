// Derivatives of random programs by the calculus operations; see Derive.h.
#include "Derive.h"
#include "Lane/IR/LaneOps.h"
#include "Lane/Transforms/Passes.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"
#include "llvm/Support/raw_ostream.h"
#include <mutex>

namespace rill::lane::random {

using mlir::Value;

static bool isFloat(mlir::Type type) {
  return llvm::cast<TensorType>(type).isFloat();
}

/// Copies the body of `function` into the block, whose arguments stand for its.
static void copyBody(mlir::func::FuncOp function, mlir::Block &block) {
  mlir::Block &body = function.getBody().front();
  mlir::IRMapping map;
  map.map(body.getArguments(), block.getArguments());
  mlir::OpBuilder builder = mlir::OpBuilder::atBlockEnd(&block);
  for (mlir::Operation &op : body.without_terminator())
    builder.clone(op, map);
  llvm::SmallVector<Value> results;
  for (Value v : body.getTerminator()->getOperands())
    results.push_back(map.lookup(v));
  YieldOp::create(builder, function.getLoc(), results);
}

/// A function with further arguments `seedTypes` whose body is one `Op`.
template <typename Op>
static mlir::func::FuncOp wrap(mlir::func::FuncOp function,
                               llvm::StringRef name,
                               llvm::ArrayRef<mlir::Type> seedTypes) {
  mlir::FunctionType type = function.getFunctionType();
  llvm::SmallVector<mlir::Type> inputs(type.getInputs());
  inputs.append(seedTypes.begin(), seedTypes.end());
  mlir::OpBuilder builder(function->getContext());
  builder.setInsertionPointAfter(function);
  auto wrapped = mlir::func::FuncOp::create(
      builder, function.getLoc(), name, builder.getFunctionType(inputs, {}));
  mlir::Block *body = wrapped.addEntryBlock();
  builder.setInsertionPointToEnd(body);
  llvm::SmallVector<int64_t> wrt;
  for (auto [i, t] : llvm::enumerate(type.getInputs()))
    if (isFloat(t))
      wrt.push_back(int64_t(i));
  mlir::ValueRange arguments(body->getArguments());
  Op op = Op::create(builder, function.getLoc(), wrt,
                     arguments.take_front(type.getNumInputs()),
                     arguments.drop_front(type.getNumInputs()),
                     mlir::TypeRange(type.getResults()));
  copyBody(function, op.getBlock());
  mlir::func::ReturnOp::create(builder, function.getLoc(), op->getResults());
  wrapped.setFunctionType(
      builder.getFunctionType(inputs, op->getResultTypes()));
  return wrapped;
}

mlir::func::FuncOp addVjp(mlir::func::FuncOp function, llvm::StringRef name) {
  llvm::SmallVector<mlir::Type> seeds(
      llvm::make_filter_range(function.getResultTypes(), isFloat));
  return wrap<VjpOp>(function, name, seeds);
}

mlir::func::FuncOp addJvp(mlir::func::FuncOp function, llvm::StringRef name) {
  llvm::SmallVector<mlir::Type> seeds(
      llvm::make_filter_range(function.getArgumentTypes(), isFloat));
  return wrap<JvpOp>(function, name, seeds);
}

llvm::Error runPasses(mlir::ModuleOp module, llvm::StringRef pipeline) {
  static std::once_flag registered;
  std::call_once(registered, [] {
    registerLanePasses();
    mlir::registerTransformsPasses();
  });
  std::string messages;
  mlir::ScopedDiagnosticHandler handler(
      module.getContext(), [&](mlir::Diagnostic &diagnostic) {
        llvm::raw_string_ostream(messages) << diagnostic << "\n";
        return mlir::success();
      });
  mlir::PassManager manager(module.getContext());
  if (mlir::failed(mlir::parsePassPipeline(pipeline, manager)) ||
      mlir::failed(manager.run(module)))
    return llvm::createStringError(pipeline + " fails: " + messages);
  return llvm::Error::success();
}

bool hasDerivatives(mlir::ModuleOp module) {
  return module
      .walk([](mlir::Operation *op) {
        return llvm::isa<VjpOp, JvpOp>(op) ? mlir::WalkResult::interrupt()
                                           : mlir::WalkResult::advance();
      })
      .wasInterrupted();
}

llvm::Expected<std::vector<Array>> evaluate(Program &program,
                                            llvm::StringRef name,
                                            llvm::ArrayRef<Array> arguments,
                                            const InterpContext &context) {
  if (!hasDerivatives(*program.module))
    return interpret(program.function(name), arguments, context);
  mlir::OwningOpRef<mlir::ModuleOp> module(program.module->clone());
  if (llvm::Error error = runPasses(*module, "lane-differentiate"))
    return std::move(error);
  return interpret(module->lookupSymbol<mlir::func::FuncOp>(name), arguments,
                   context);
}

std::string print(mlir::Operation *op) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  op->print(stream);
  return text;
}

llvm::Expected<mlir::OwningOpRef<mlir::ModuleOp>>
parse(llvm::StringRef text, mlir::MLIRContext &context) {
  std::string messages;
  mlir::ScopedDiagnosticHandler handler(
      &context, [&](mlir::Diagnostic &diagnostic) {
        llvm::raw_string_ostream(messages) << diagnostic << "\n";
        return mlir::success();
      });
  auto module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
  if (!module)
    return llvm::createStringError("does not parse: " + messages);
  return module;
}

} // namespace rill::lane::random
