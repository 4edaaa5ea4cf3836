//===- Picture.h - Shapes on a page, as SVG or pixels -----------*- C++ -*-===//
//
// A list of shapes in pixel coordinates from the upper left, and its two
// renderings. Knows nothing of models.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_RUNTIME_PICTURE_H
#define RILL_RUNTIME_PICTURE_H

#include "Runtime/Png.h"

namespace rill::rt {

enum class Anchor { Start, Middle, End };

struct Shape {
  enum Kind { Dot, Line, Text, Pixels } kind = Dot;
  double x0 = 0, y0 = 0; ///< center, start, or upper left
  double x1 = 0, y1 = 0; ///< end, or lower right
  double size = 1;       ///< radius or width
  Color color;
  double opacity = 1;
  std::string text;
  Anchor anchor = Anchor::Start;
  Image image;
};

struct Picture {
  int width = 0, height = 0;
  std::vector<Shape> shapes;

  void dot(double x, double y, double radius, Color color, double opacity);
  void line(double x0, double y0, double x1, double y1, Color color);
  void text(double x, double y, const std::string &text, Anchor anchor);
  /// An image stretched over a rectangle.
  void pixels(double x0, double y0, double x1, double y1, Image image);
};

std::string renderSvg(const Picture &picture);
/// Text is drawn in a 5 x 7 bitmap font: letters, digits, a few signs.
Image renderPixels(const Picture &picture);

} // namespace rill::rt
#endif
