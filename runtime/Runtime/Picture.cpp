//===- Picture.cpp - Shapes on a page, as SVG or pixels -------------------===//

#include "Runtime/Picture.h"
#include "Runtime/Font.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace rill::rt {

static constexpr Color ink{40, 40, 40};

void Picture::dot(double x, double y, double radius, Color color,
                  double opacity) {
  Shape s;
  s.kind = Shape::Dot;
  s.x0 = x;
  s.y0 = y;
  s.size = radius;
  s.color = color;
  s.opacity = opacity;
  shapes.push_back(std::move(s));
}

void Picture::line(double x0, double y0, double x1, double y1, Color color) {
  Shape s;
  s.kind = Shape::Line;
  s.x0 = x0;
  s.y0 = y0;
  s.x1 = x1;
  s.y1 = y1;
  s.color = color;
  shapes.push_back(std::move(s));
}

void Picture::text(double x, double y, const std::string &text, Anchor anchor) {
  Shape s;
  s.kind = Shape::Text;
  s.x0 = x;
  s.y0 = y;
  s.text = text;
  s.color = ink;
  s.anchor = anchor;
  shapes.push_back(std::move(s));
}

void Picture::pixels(double x0, double y0, double x1, double y1, Image image) {
  Shape s;
  s.kind = Shape::Pixels;
  s.x0 = x0;
  s.y0 = y0;
  s.x1 = x1;
  s.y1 = y1;
  s.image = std::move(image);
  shapes.push_back(std::move(s));
}

static std::string hex(Color c) {
  return fmt::format("#{:02x}{:02x}{:02x}", c.r, c.g, c.b);
}

static std::string escaped(const std::string &text) {
  std::string out;
  for (char c : text)
    out += c == '<' ? "&lt;" : c == '&' ? "&amp;" : std::string(1, c);
  return out;
}

static std::string svgShape(const Shape &s) {
  static const char *const anchors[] = {"start", "middle", "end"};
  switch (s.kind) {
  case Shape::Dot:
    return fmt::format("<circle cx=\"{:.2f}\" cy=\"{:.2f}\" r=\"{}\" "
                       "fill=\"{}\" fill-opacity=\"{}\"/>\n",
                       s.x0, s.y0, s.size, hex(s.color), s.opacity);
  case Shape::Line:
    return fmt::format("<path d=\"M{} {}L{} {}\" stroke=\"{}\"/>\n", s.x0, s.y0,
                       s.x1, s.y1, hex(s.color));
  case Shape::Text:
    return fmt::format("<text x=\"{}\" y=\"{}\" text-anchor=\"{}\" "
                       "fill=\"{}\">{}</text>\n",
                       s.x0, s.y0, anchors[int(s.anchor)], hex(s.color),
                       escaped(s.text));
  case Shape::Pixels:
    return fmt::format("<image x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" "
                       "preserveAspectRatio=\"none\" "
                       "href=\"data:image/png;base64,{}\"/>\n",
                       s.x0, s.y0, s.x1 - s.x0, s.y1 - s.y0,
                       base64(encodePng(s.image)));
  }
  return "";
}

std::string renderSvg(const Picture &p) {
  std::string svg =
      fmt::format("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" "
                  "height=\"{1}\" viewBox=\"0 0 {0} {1}\" "
                  "font-family=\"sans-serif\" font-size=\"12\">\n"
                  "<rect width=\"{0}\" height=\"{1}\" fill=\"white\"/>\n",
                  p.width, p.height);
  for (const Shape &shape : p.shapes)
    svg += svgShape(shape);
  return svg + "</svg>\n";
}

static void blend(Image &image, int x, int y, Color c, double opacity) {
  if (x < 0 || y < 0 || x >= image.width || y >= image.height)
    return;
  Color &p = image.at(x, y);
  auto mix = [&](uint8_t under, uint8_t over) {
    return uint8_t(under + (over - under) * opacity + 0.5);
  };
  p = {mix(p.r, c.r), mix(p.g, c.g), mix(p.b, c.b)};
}

static void drawDot(Image &image, const Shape &s) {
  const int reach = int(s.size) + 1;
  const int cx = int(std::floor(s.x0)), cy = int(std::floor(s.y0));
  for (int y = cy - reach; y <= cy + reach; ++y)
    for (int x = cx - reach; x <= cx + reach; ++x) {
      const double d = std::hypot(x + 0.5 - s.x0, y + 0.5 - s.y0);
      const double cover = std::clamp(s.size + 0.5 - d, 0.0, 1.0);
      if (cover > 0)
        blend(image, x, y, s.color, cover * s.opacity);
    }
}

static void drawLine(Image &image, const Shape &s) {
  const double dx = s.x1 - s.x0, dy = s.y1 - s.y0;
  const int n = std::max(1, int(std::max(std::fabs(dx), std::fabs(dy))));
  for (int i = 0; i <= n; ++i)
    blend(image, int(s.x0 + dx * i / n), int(s.y0 + dy * i / n), s.color, 1);
}

static void drawText(Image &image, const Shape &s) {
  const int advance = 6, length = int(s.text.size()) * advance;
  int x = int(s.x0);
  if (s.anchor == Anchor::Middle)
    x -= length / 2;
  if (s.anchor == Anchor::End)
    x -= length;
  const int top = int(s.y0) - 8;
  for (char c : s.text) {
    const uint8_t *columns = glyph(c);
    for (int i = 0; i < 5; ++i)
      for (int j = 0; j < 7; ++j)
        if (columns[i] >> j & 1)
          blend(image, x + i, top + j, s.color, 1);
    x += advance;
  }
}

static void drawPixels(Image &image, const Shape &s) {
  for (int y = int(s.y0); y < int(s.y1); ++y)
    for (int x = int(s.x0); x < int(s.x1); ++x) {
      const int u = int((x - s.x0) / (s.x1 - s.x0) * s.image.width);
      const int v = int((y - s.y0) / (s.y1 - s.y0) * s.image.height);
      blend(image, x, y, s.image.at(u, v), 1);
    }
}

Image renderPixels(const Picture &p) {
  Image image(p.width, p.height);
  for (const Shape &shape : p.shapes) {
    if (shape.kind == Shape::Dot)
      drawDot(image, shape);
    else if (shape.kind == Shape::Line)
      drawLine(image, shape);
    else if (shape.kind == Shape::Text)
      drawText(image, shape);
    else
      drawPixels(image, shape);
  }
  return image;
}

} // namespace rill::rt
