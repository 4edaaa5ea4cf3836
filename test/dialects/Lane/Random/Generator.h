// Random well-formed lane programs with arguments. Every float value carries
// bounds, so that operations are only applied inside their domain and values
// stay of order one: finite differences of a program mean something.
#ifndef RILL_LANE_RANDOM_GENERATOR_H
#define RILL_LANE_RANDOM_GENERATOR_H

#include "Choices.h"
#include "Lane/Interp/Interp.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include <map>

namespace rill::lane::random {

/// What programs are made of.
struct ProgramOptions {
  bool single = false;   // f32 elements, else f64
  int operations = 14;   // at most, outside loops
  int64_t dimension = 4; // of an axis, at most (loops and solves: 4)
  int64_t elements = 48; // of one sample's value, at most
  bool stops = false;    // `stop`, which finite differences see through
  bool draws = true;
  bool loops = true;
  bool batch = true;    // reductions over the batch
  bool integers = true; // integer and boolean values, lookups
  bool solves = true;   // tri_solve
  bool kinks = true;    // abs, relu, max, floor: not differentiable everywhere
  bool special = true;  // lgamma, digamma, erf, erfc, erfinv, ndtri
  bool derivatives = true; // vjp and jvp, which the interpreter does not run
  int64_t maxBatch = 4;
};

/// Small ones, for derivatives of derivatives.
inline ProgramOptions secondOrderOptions() {
  ProgramOptions options;
  options.operations = 8;
  options.elements = 24;
  options.maxBatch = 3;
  return options;
}

struct Program {
  mlir::OwningOpRef<mlir::ModuleOp> module; // holds @f
  std::vector<Array> arguments;
  InterpContext context;
  std::vector<uint32_t> choices;    // that made it
  std::map<std::string, int> kinds; // of what its results need; see Grower.h

  mlir::func::FuncOp function(llvm::StringRef name = "f") {
    return module->lookupSymbol<mlir::func::FuncOp>(name);
  }
};

Program generate(mlir::MLIRContext &context, Choices choices,
                 const ProgramOptions &options = {});

} // namespace rill::lane::random

#endif
