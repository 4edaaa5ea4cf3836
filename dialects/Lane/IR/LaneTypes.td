// The lane dialect's one type and the constraints operations put on it.
#ifndef RILL_LANE_TYPES_TD
#define RILL_LANE_TYPES_TD

include "Lane/IR/LaneDialect.td"
include "mlir/IR/AttrTypeBase.td"

def Lane_TensorType : TypeDef<Lane_Dialect, "Tensor"> {
  let mnemonic = "t";
  let summary = "a per-sample tensor, or with `inv` one value for the batch";
  let description = [{
    `!lane.t<2x3xf32>` is one 2x3 tensor per sample, `!lane.t<2x3xf32, inv>` one
    2x3 tensor for the whole batch, `!lane.t<f32>` a scalar per sample.
    1. Every dimension is at least one.
    2. The element is f32, f64, i32 or i1.
  }];
  let parameters = (ins ArrayRefParameter<"int64_t">:$shape,
                        "::mlir::Type":$elementType, "bool":$inv);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    int64_t getRank() const { return getShape().size(); }
    int64_t getDim(int64_t axis) const { return getShape()[axis]; }
    /// The number of elements of one sample's tensor (1 for a scalar).
    int64_t getNumElements() const;
    bool isFloat() const { return ::llvm::isa<::mlir::FloatType>(getElementType()); }
    bool isBool() const { return getElementType().isInteger(1); }
    bool isIndex() const { return getElementType().isInteger(32); }
    TensorType withShape(::llvm::ArrayRef<int64_t> shape) const {
      return get(getContext(), shape, getElementType(), getInv());
    }
    TensorType withInv(bool inv) const {
      return get(getContext(), getShape(), getElementType(), inv);
    }
    TensorType withElementType(::mlir::Type element) const {
      return get(getContext(), getShape(), element, getInv());
    }
    /// The type stacked `count` times: `[count, shape...]`.
    TensorType stacked(int64_t count) const;
    /// One slice along the first axis; the rank must not be zero.
    TensorType sliced() const { return withShape(getShape().drop_front()); }
  }];
}

class Lane_Type<string pred, string what>
    : Type<And<[CPred<"::llvm::isa<::rill::lane::TensorType>($_self)">,
                SubstLeaves<"$_self", "::llvm::cast<::rill::lane::TensorType>($_self)",
                            CPred<pred>>]>,
           what, "::rill::lane::TensorType">;

def Lane_Any : Lane_Type<"true", "lane tensor">;
def Lane_Float : Lane_Type<"$_self.isFloat()", "lane tensor of f32 or f64">;
def Lane_Num : Lane_Type<"!$_self.isBool()", "lane tensor of f32, f64 or i32">;
def Lane_Int : Lane_Type<"$_self.isIndex()", "lane tensor of i32">;
def Lane_Bool : Lane_Type<"$_self.isBool()", "lane tensor of i1">;
def Lane_InvAny : Lane_Type<"$_self.getInv()", "invariant lane tensor">;
def Lane_InvNum : Lane_Type<"$_self.getInv() && !$_self.isBool()",
                            "invariant lane tensor of f32, f64 or i32">;
def Lane_InvFloat : Lane_Type<"$_self.getInv() && $_self.isFloat()",
                              "invariant lane tensor of f32 or f64">;
def Lane_IntScalar : Lane_Type<"$_self.isIndex() && $_self.getRank() == 0",
                               "lane scalar of i32">;

#endif
