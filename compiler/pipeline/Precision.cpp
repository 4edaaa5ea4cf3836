//===- Precision.cpp - f32 and f64 forms of lane functions ----------------===//
//
// Constants carry f64 values whatever their type (lane.const), so a change of
// element types is all there is to it.
//
//===----------------------------------------------------------------------===//

#include "pipeline/Precision.h"

#include "Lane/IR/LaneOps.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/AttrTypeSubElements.h"

using namespace mlir;

static void convertToDouble(func::FuncOp function) {
  AttrTypeReplacer replacer;
  replacer.addReplacement(
      [](rill::lane::TensorType type) -> std::optional<Type> {
        if (!type.getElementType().isF32())
          return std::nullopt;
        return type.withElementType(Float64Type::get(type.getContext()));
      });
  replacer.recursivelyReplaceElementsIn(function, /*replaceAttrs=*/true,
                                        /*replaceLocs=*/false,
                                        /*replaceTypes=*/true);
}

void rill::pipeline::convertToDouble(ModuleOp module) {
  for (func::FuncOp function : module.getOps<func::FuncOp>())
    ::convertToDouble(function);
}

void rill::pipeline::addDoubleVariants(ModuleOp module) {
  OpBuilder builder(module.getContext());
  SmallVector<func::FuncOp> marked;
  for (func::FuncOp function : module.getOps<func::FuncOp>())
    if (function->hasAttr("rill.also_f64"))
      marked.push_back(function);
  for (func::FuncOp function : marked) {
    builder.setInsertionPointAfter(function);
    auto copy = cast<func::FuncOp>(builder.clone(*function));
    copy.setName((function.getName() + "@f64").str());
    ::convertToDouble(copy);
    function->removeAttr("rill.also_f64");
    copy->removeAttr("rill.also_f64");
  }
}
