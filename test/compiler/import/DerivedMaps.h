//===- DerivedMaps.h - Derived directions of a program, for tests -*- C++
//-*-===//
#ifndef RILL_TEST_IMPORT_DERIVEDMAPS_H
#define RILL_TEST_IMPORT_DERIVEDMAPS_H

#include "Lane/IR/LaneOps.h"
#include "Lane/Interp/Interp.h"
#include "TemporaryProgram.h"
#include "pipeline/Pipeline.h"

#include <cmath>
#include <random>

namespace rill::test {

using Rows = std::vector<double>;

inline constexpr int64_t batch = 16;

/// One derived direction of a program's law, run by the interpreter.
class Direction {
public:
  Direction(pipeline::Compilation &compilation, const std::string &name)
      : function(compilation.module().lookupSymbol<mlir::func::FuncOp>(name)) {
    // Parameters: the same random raw values in both directions.
    std::mt19937 engine(7);
    std::normal_distribution<double> normal(0, 0.5);
    for (unsigned i = 1; i < function.getNumArguments(); ++i) {
      auto type = typeOf(i);
      lane::Array array = lane::Array::filled(type.getShape(), true, batch);
      for (double &value : array.data)
        value = normal(engine);
      params.push_back(array);
    }
  }

  int64_t width() { return typeOf(0).getNumElements(); }

  /// Value and log-determinant of each row.
  std::pair<Rows, Rows> operator()(const Rows &rows) {
    lane::Array array = lane::Array::filled(typeOf(0).getShape(), false, batch);
    array.data = rows;
    std::vector<lane::Array> arguments{array};
    arguments.insert(arguments.end(), params.begin(), params.end());
    lane::InterpContext context;
    context.batch = batch;
    auto results =
        llvm::cantFail(lane::interpret(function, arguments, context));
    return {results[0].data, results[1].data};
  }

private:
  lane::TensorType typeOf(unsigned i) {
    return llvm::cast<lane::TensorType>(function.getArgumentTypes()[i]);
  }
  mlir::func::FuncOp function;
  std::vector<lane::Array> params;
};

/// log |det J| of row r by central differences of relative steps.
inline Rows numericLogDet(Direction &map, const Rows &rows,
                          double relative = 1e-5) {
  int64_t d = map.width();
  std::vector<Rows> columns;
  for (int64_t j = 0; j < d; ++j) {
    Rows above = rows, below = rows, h(batch);
    for (int64_t r = 0; r < batch; ++r) {
      h[r] = relative * std::max(std::fabs(rows[r * d + j]), 1e-2);
      above[r * d + j] += h[r];
      below[r * d + j] -= h[r];
    }
    Rows high = map(above).first, low = map(below).first;
    for (size_t i = 0; i < high.size(); ++i)
      high[i] = (high[i] - low[i]) / (2 * h[i / d]);
    columns.push_back(high);
  }
  Rows result;
  for (int64_t r = 0; r < batch; ++r) {
    std::vector<Rows> a(d, Rows(d));
    for (int64_t i = 0; i < d; ++i)
      for (int64_t j = 0; j < d; ++j)
        a[i][j] = columns[j][r * d + i];
    double sum = 0;
    for (int64_t k = 0; k < d; ++k) {
      int64_t pivot = k;
      for (int64_t i = k; i < d; ++i)
        if (std::fabs(a[i][k]) > std::fabs(a[pivot][k]))
          pivot = i;
      std::swap(a[k], a[pivot]);
      sum += std::log(std::fabs(a[k][k]));
      for (int64_t i = k + 1; i < d; ++i)
        for (int64_t j = d; j-- > k;)
          a[i][j] -= a[i][k] / a[k][k] * a[k][j];
    }
    result.push_back(sum);
  }
  return result;
}

/// A program that pulls a Normal through this flow body.
inline std::string programOf(const char *space, const char *body) {
  return std::string("use std.nets.{mlp, made}\nflow f[](x: ") + space +
         ") {\n" + body + "\n}\ndist p = pull(f[], Normal)\nmain p\n";
}

} // namespace rill::test

#endif // RILL_TEST_IMPORT_DERIVEDMAPS_H
