// The pass lane-check-rates: entry points say what their arguments and results
// are; this holds the rates against it. It changes nothing.
#include "Lane/Transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

using namespace mlir;

namespace rill::lane {

#define GEN_PASS_DEF_LANECHECKRATES
#include "Lane/Transforms/LanePasses.h.inc"

// The rate that a role of docs/decisions/0002 implies; nullopt where either may
// be.
static std::optional<bool> impliedInv(StringRef role) {
  StringRef kind = role.split(':').first;
  if (kind == "param" || kind == "scalar" || kind == "grad" || kind == "loss")
    return true;
  if (kind == "data" || kind == "latent" || kind == "logp" || kind == "logdet")
    return false;
  return std::nullopt;
}

static LogicalResult check(func::FuncOp function, StringAttr role, Type type,
                           StringRef what, unsigned position) {
  auto tensor = dyn_cast<TensorType>(type);
  if (!role || !tensor)
    return success();
  std::optional<bool> inv = impliedInv(role.getValue());
  if (!inv || *inv == tensor.getInv())
    return success();
  return function.emitError()
         << "internal error: " << what << " " << position << " of '"
         << function.getName() << "' is '" << role.getValue()
         << "' but has type " << type << "; it must be "
         << (*inv ? "invariant" : "varying");
}

namespace {
struct CheckRates : impl::LaneCheckRatesBase<CheckRates> {
  void runOnOperation() override {
    getOperation().walk([&](func::FuncOp f) {
      for (unsigned k = 0; k < f.getNumArguments(); ++k)
        if (failed(check(f, f.getArgAttrOfType<StringAttr>(k, "rill.arg"),
                         f.getArgumentTypes()[k], "argument", k)))
          signalPassFailure();
      for (unsigned k = 0; k < f.getNumResults(); ++k)
        if (failed(check(f, f.getResultAttrOfType<StringAttr>(k, "rill.result"),
                         f.getResultTypes()[k], "result", k)))
          signalPassFailure();
    });
  }
};
} // namespace

} // namespace rill::lane
