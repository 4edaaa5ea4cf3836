//===- TileDialect.cpp - The tile dialect and its type --------------------===//
//
// Registration, and printing, parsing and verification of `!tile.buf`.
// Operations are verified in TilePrograms.cpp, TileSteps.cpp, TileClusters.cpp.
//
//===----------------------------------------------------------------------===//
#include "Tile/IR/TileOps.h"

#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace rill::tile;

#include "Tile/IR/TileDialect.cpp.inc"
#include "Tile/IR/TileEnums.cpp.inc"
#define GET_TYPEDEF_CLASSES
#include "Tile/IR/TileTypes.cpp.inc"

void TileDialect::initialize() {
  addTypes<
#define GET_TYPEDEF_LIST
#include "Tile/IR/TileTypes.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "Tile/IR/TileOps.cpp.inc"
      >();
}

static bool hasStrides(Layout layout) {
  return layout == Layout::rows || layout == Layout::mem ||
         layout == Layout::lanes;
}

SmallVector<int64_t> rill::tile::denseStrides(Layout layout,
                                              ArrayRef<int64_t> shape) {
  if (!hasStrides(layout))
    return {};
  SmallVector<int64_t> strides(shape.size(), 1);
  for (int64_t k = int64_t(shape.size()) - 2; k >= 0; --k)
    strides[k] = strides[k + 1] * shape[k + 1];
  return strides;
}

int64_t BufType::getNumElements() const {
  int64_t n = 1;
  for (int64_t d : getShape())
    n *= d;
  return n;
}

int64_t BufType::getUnitRank() const {
  switch (getLayout()) {
  case Layout::packed:
  case Layout::blocks:
    return 2;
  case Layout::cols:
    return 1;
  default:
    return 0;
  }
}

bool BufType::isDense() const {
  if (!hasStrides(getLayout()))
    return true;
  // The stride of an axis of one element does not matter.
  SmallVector<int64_t> dense = denseStrides(getLayout(), getShape());
  for (auto [dim, is, want] : llvm::zip(getShape(), getStrides(), dense))
    if (dim != 1 && is != want)
      return false;
  return true;
}

int64_t BufType::getFootprint(int64_t lanes) const {
  int64_t n = getNumElements();
  if (getLayout() != Layout::blocks && getLayout() != Layout::cols)
    return n;
  int64_t last = getShape().back();
  int64_t padded =
      n / last * ((last + virtualLanes - 1) / virtualLanes * virtualLanes);
  return getLayout() == Layout::cols ? padded * lanes : padded;
}

LogicalResult BufType::verify(function_ref<InFlightDiagnostic()> emitError,
                              Layout layout, ArrayRef<int64_t> shape,
                              Type element, ArrayRef<int64_t> strides) {
  if (llvm::any_of(shape, [](int64_t d) { return d < 1; }))
    return emitError() << "constraint 1: dimensions must be positive";
  if (!element.isF32() && !element.isF64() && !element.isInteger(32) &&
      !element.isInteger(1))
    return emitError() << "constraint 1: element must be f32, f64, i32 or i1";
  if (strides.size() != (hasStrides(layout) ? shape.size() : 0))
    return emitError() << "constraint 2: one stride per axis of rows, mem and "
                          "lanes, none otherwise";
  size_t unit = layout == Layout::packed || layout == Layout::blocks ? 2
                : layout == Layout::cols                             ? 1
                                                                     : 0;
  if (shape.size() < unit || (unit && !isa<FloatType>(element)))
    return emitError() << "constraint 3: " << stringifyLayout(layout)
                       << " needs " << unit << " axes of floats";
  return success();
}

// `<rows, 2x3xf32[, [3, 1]]>`
Type BufType::parse(AsmParser &parser) {
  StringRef word;
  SmallVector<int64_t> shape, strides;
  Type element;
  SMLoc at = parser.getCurrentLocation();
  if (parser.parseLess() || parser.parseKeyword(&word))
    return {};
  std::optional<Layout> layout = symbolizeLayout(word);
  if (!layout) {
    parser.emitError(at, "unknown layout '") << word << "'";
    return {};
  }
  if (parser.parseComma() ||
      parser.parseDimensionList(shape, /*allowDynamic=*/false) ||
      parser.parseType(element))
    return {};
  strides = denseStrides(*layout, shape);
  if (succeeded(parser.parseOptionalComma())) {
    strides.clear();
    auto one = [&] { return parser.parseInteger(strides.emplace_back()); };
    if (parser.parseCommaSeparatedList(AsmParser::Delimiter::Square, one))
      return {};
  }
  if (parser.parseGreater())
    return {};
  return parser.getChecked<BufType>(at, parser.getContext(), *layout, shape,
                                    element, strides);
}

void BufType::print(AsmPrinter &printer) const {
  printer << "<" << stringifyLayout(getLayout()) << ", ";
  for (int64_t d : getShape())
    printer << d << "x";
  printer << getElementType();
  if (getStrides() != ArrayRef(denseStrides(getLayout(), getShape()))) {
    printer << ", [";
    llvm::interleaveComma(getStrides(), printer);
    printer << "]";
  }
  printer << ">";
}
