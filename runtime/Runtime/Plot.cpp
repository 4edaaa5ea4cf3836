//===- Plot.cpp - The plot command ----------------------------------------===//
//
// Data, samples and density of a two-dimensional model side by side on the
// same axes.
//
//===----------------------------------------------------------------------===//

#include "Runtime/Commands.h"
#include "Runtime/Error.h"
#include "Runtime/Io.h"
#include "Runtime/Picture.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fmt/format.h>

namespace rill::rt {

static constexpr int side = 300, gap = 56, top = 34, bottom = 44;
static constexpr Color frame{120, 120, 120}, point{31, 80, 160},
    drawn{190, 75, 30};

struct Axis {
  double lo, hi;
  /// Position in a panel, 0 to 1.
  double at(double v) const { return (v - lo) / (hi - lo); }
};

/// A range that shows all rows with some room around them.
static Axis axisOf(const Table &rows, int64_t column) {
  double lo = INFINITY, hi = -INFINITY;
  for (int64_t r = 0; r < rows.rows; ++r) {
    const double v = rows.row(r)[column];
    if (!std::isfinite(v))
      continue;
    lo = std::min(lo, v);
    hi = std::max(hi, v);
  }
  if (!(lo <= hi))
    return {-1, 1};
  const double room = lo < hi ? 0.08 * (hi - lo) : 1;
  return {lo - room, hi + room};
}

/// 1, 2 or 5 times a power of ten, such that a range has about five ticks.
static double tickStep(const Axis &axis) {
  const double raw = (axis.hi - axis.lo) / 5;
  const double power = std::pow(10, std::floor(std::log10(raw)));
  const double f = raw / power;
  return power * (f < 1.5 ? 1 : f < 3.5 ? 2 : f < 7.5 ? 5 : 10);
}

/// Perceptually even, dark to light: control points of matplotlib's viridis
/// (van der Walt and Smith 2015).
static Color colorOf(double t) {
  static const double points[][3] = {{68, 1, 84},
                                     {59, 82, 139},
                                     {33, 145, 140},
                                     {94, 201, 98},
                                     {253, 231, 37}};
  t = t > 0 ? std::min(t, 1.0) * 4 : 0; // NaN, too, is dark.
  const int i = std::min(3, int(t));
  auto mix = [&](int k) {
    return uint8_t(points[i][k] + (points[i + 1][k] - points[i][k]) * (t - i) +
                   0.5);
  };
  return {mix(0), mix(1), mix(2)};
}

static void drawFrame(Picture &picture, int panel, const std::string &title,
                      const Axis &x, const Axis &y,
                      const std::vector<std::string> &names) {
  const double left = gap + panel * (side + gap);
  const double right = left + side, low = top + side;
  picture.line(left, top, right, top, frame);
  picture.line(left, low, right, low, frame);
  picture.line(left, top, left, low, frame);
  picture.line(right, top, right, low, frame);
  picture.text(left + side / 2.0, top - 12, title, Anchor::Middle);
  picture.text(left + side / 2.0, low + 36, names[0], Anchor::Middle);
  if (panel == 0)
    picture.text(left, top - 12, names[1], Anchor::End);
  auto label = [](double v) {
    return fmt::format("{:.6g}", std::fabs(v) < 1e-12 ? 0.0 : v);
  };
  for (double step = tickStep(x), v = std::ceil(x.lo / step) * step; v <= x.hi;
       v += step) {
    const double at = left + side * x.at(v);
    picture.line(at, low, at, low + 4, frame);
    picture.text(at, low + 18, label(v), Anchor::Middle);
  }
  for (double step = tickStep(y), v = std::ceil(y.lo / step) * step; v <= y.hi;
       v += step) {
    const double at = low - side * y.at(v);
    picture.line(left - 4, at, left, at, frame);
    picture.text(left - 7, at + 4, label(v), Anchor::End);
  }
}

static void drawPoints(Picture &picture, int panel, const Table &rows,
                       const Axis &x, const Axis &y, Color color) {
  const double left = gap + panel * (side + gap);
  for (int64_t r = 0; r < rows.rows; ++r) {
    const double u = x.at(rows.row(r)[0]), v = y.at(rows.row(r)[1]);
    if (u >= 0 && u <= 1 && v >= 0 && v <= 1)
      picture.dot(left + side * u, top + side * (1 - v), 1.3, color, 0.6);
  }
}

/// The density on a grid of pixels; brightness is its square root, so that
/// tails can be seen.
static Image heatMap(Model &model, const DistSpec &dist, const Table &given,
                     const Axis &x, const Axis &y, const Evaluation &how) {
  Table points;
  points.width = 2;
  points.rows = int64_t(side) * side;
  for (int j = 0; j < side; ++j)
    for (int i = 0; i < side; ++i) {
      points.values.push_back(x.lo + (i + 0.5) / side * (x.hi - x.lo));
      points.values.push_back(y.hi - (j + 0.5) / side * (y.hi - y.lo));
    }
  Runner runner(model, *model.plan().findKernel(dist.logp));
  // The mean of the densities given each row.
  std::vector<double> logp;
  for (int64_t r = 0; r < given.rows; ++r) {
    const Table row = given.select(std::vector<int64_t>(points.rows, r));
    const std::vector<double> one =
        evaluateRows(runner, points.beside(row), dist.inputs(), "logp", how);
    for (size_t i = 0; i < one.size(); ++i)
      if (r == 0)
        logp.push_back(one[i]);
      else
        logp[i] = std::max(logp[i], one[i]) +
                  std::log1p(std::exp(-std::fabs(logp[i] - one[i])));
  }
  double most = -INFINITY;
  for (double v : logp)
    most = std::max(most, std::isfinite(v) ? v : most);
  Image image(side, side);
  for (size_t i = 0; i < logp.size(); ++i)
    image.pixels[i] = colorOf(std::exp(0.5 * (logp[i] - most)));
  return image;
}

static Table firstRows(const Table &table, int64_t most) {
  std::vector<int64_t> rows;
  for (int64_t r = 0; r < std::min(most, table.rows); ++r)
    rows.push_back(r);
  return table.select(rows);
}

/// The first rows that differ, at most `most`.
static Table distinct(const Table &table, int64_t most) {
  std::vector<int64_t> rows;
  for (int64_t r = 0; r < table.rows && int64_t(rows.size()) < most; ++r) {
    const bool known = std::any_of(rows.begin(), rows.end(), [&](int64_t k) {
      return std::memcmp(table.row(k), table.row(r),
                         size_t(table.width) * sizeof(double)) == 0;
    });
    if (!known)
      rows.push_back(r);
  }
  return table.select(rows);
}

/// What each sample is given: the rows of --given, else those of the data,
/// else the defaults.
static Table plotConditions(const DistSpec &dist, const DataSpec *spec,
                            const std::string &file, const Table &data) {
  if (file.empty() && data.rows > 0 && !dist.conditions.empty()) {
    std::vector<int64_t> which;
    for (int64_t column = widthOf(dist.fields); column < data.width; ++column)
      which.push_back(column);
    return data.columns(which);
  }
  const Given conditions(dist, spec, file);
  const int64_t n = data.rows > 0 ? data.rows : 1000;
  return conditions.at(
      0, conditions.given() ? std::min<int64_t>(5000, conditions.rows()) : n);
}

int runPlot(Model &model, const CommandOptions &given) {
  CommandOptions options = given;
  const std::string ext = extension(options.out);
  if (ext != "svg" && ext != "png")
    throw Error(fmt::format("cannot write '{}'", options.out),
                "pictures are .svg or .png", "name such a file");
  const DistSpec &dist = model.dist(options.dist);
  if (widthOf(dist.fields) != 2)
    throw Error(fmt::format("'{}' cannot be plotted", dist.name),
                fmt::format("it has {} dimensions, a picture has 2",
                            widthOf(dist.fields)),
                "sample it, and plot what interests you");
  takeParams(model, options);
  const Evaluation how{options.batch.value_or(defaultBatch),
                       options.seed.value_or(0)};
  const DataSpec *spec = model.plan().dataOf(dist);
  Table data, samples;
  if (spec)
    data = firstRows(inputsOf(dist, *spec, loadData(*spec, options.data, model).all),
                     5000);
  const Table each = plotConditions(dist, spec, options.given, data);
  if (!dist.sample.empty()) {
    Runner runner(model, *model.plan().findKernel(dist.sample));
    samples = drawRows(runner, each.rows, 0, how, each, dist.conditionFields());
  }
  const Table &base = data.rows > 0 ? data : samples;
  if (base.rows == 0)
    throw Error(
        fmt::format("'{}' has neither data nor samples to plot", dist.name),
        dist.why);
  const Axis x = axisOf(base, 0), y = axisOf(base, 1);
  std::vector<std::string> names = {"x0", "x1"};
  if (spec)
    names = subjectColumns(dist, spec);
  Picture picture;
  int panel = 0;
  auto points = [&](const Table &rows, const char *title, Color color) {
    if (rows.rows == 0)
      return;
    drawPoints(picture, panel, rows, x, y, color);
    drawFrame(picture, panel++, fmt::format("{} ({})", title, rows.rows), x, y,
              names);
  };
  points(data, "data", point);
  points(samples, "samples", drawn);
  if (!dist.logp.empty()) {
    const double left = gap + panel * (side + gap);
    picture.pixels(left, top, left + side, top + side,
                   heatMap(model, dist, distinct(each, 32), x, y, how));
    drawFrame(picture, panel++, "density", x, y, names);
  }
  picture.width = gap / 2 + panel * (side + gap);
  picture.height = top + side + bottom;
  writeFile(options.out, ext == "svg" ? renderSvg(picture)
                                      : encodePng(renderPixels(picture)));
  fmt::print("wrote '{}'\n", options.out);
  return ExitOk;
}

} // namespace rill::rt
