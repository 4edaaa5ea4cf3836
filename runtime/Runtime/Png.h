//===- Png.h - Writing PNG --------------------------------------*- C++ -*-===//
//
// A PNG encoder (RFC 2083) for 8-bit RGB without filters, over zlib. Returns
// bytes; writes no files.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_RUNTIME_PNG_H
#define RILL_RUNTIME_PNG_H

#include <cstdint>
#include <string>
#include <vector>

namespace rill::rt {

struct Color {
  uint8_t r = 255, g = 255, b = 255;
};

struct Image {
  int width = 0, height = 0;
  std::vector<Color> pixels; ///< rows from the top

  Image() = default;
  Image(int width, int height)
      : width(width), height(height), pixels(size_t(width) * height) {}
  Color &at(int x, int y) { return pixels[size_t(y) * width + x]; }
  const Color &at(int x, int y) const { return pixels[size_t(y) * width + x]; }
};

std::string encodePng(const Image &image);

std::string base64(const std::string &bytes);

} // namespace rill::rt
#endif
