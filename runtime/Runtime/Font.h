//===- Font.h - A 5 x 7 bitmap font -----------------------------*- C++ -*-===//
//
// Glyphs of printable ASCII for text in PNG pictures. Data only.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_RUNTIME_FONT_H
#define RILL_RUNTIME_FONT_H

#include <cstdint>

namespace rill::rt {

/// Five columns of seven bits, the lowest bit on top; a box for characters
/// that the font lacks.
const uint8_t *glyph(char c);

} // namespace rill::rt
#endif
