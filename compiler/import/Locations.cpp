//===- Locations.cpp - Source ranges as MLIR locations --------------------===//

#include "import/Locations.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinAttributes.h"

using namespace mlir;
using namespace rill;

Location rill::import::locationOf(lang::SourceRange range,
                                  const lang::SourceManager &sources,
                                  MLIRContext *context) {
  if (!range.isValid())
    return UnknownLoc::get(context);
  lang::LineColumn at = sources.position(range.file, range.begin);
  auto place = FileLineColLoc::get(
      context, std::string(sources.name(range.file)), at.line, at.column);
  auto exact = DenseI64ArrayAttr::get(
      context, {int64_t(range.file), int64_t(range.begin), int64_t(range.end)});
  return FusedLoc::get({place}, exact, context);
}

lang::SourceRange rill::import::rangeOf(Location location) {
  if (auto named = dyn_cast<NameLoc>(location))
    location = named.getChildLoc();
  auto fused = dyn_cast<FusedLoc>(location);
  auto exact = fused
                   ? dyn_cast_if_present<DenseI64ArrayAttr>(fused.getMetadata())
                   : DenseI64ArrayAttr();
  if (!exact || exact.size() != 3)
    return {};
  ArrayRef<int64_t> parts = exact.asArrayRef();
  return {lang::FileId(parts[0]), uint32_t(parts[1]), uint32_t(parts[2])};
}
