//===- Regions.h - Typed regions as operations ------------------*- C++ -*-===//
//
// Turns the flat operations of a typed region into lane, flow and prob
// operations. Places, names in the typed program, become SSA values: a place
// holds its value or has been cut into parts that hold theirs, and is cut and
// glued as reads demand.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_COMPILER_IMPORT_REGIONS_H
#define RILL_COMPILER_IMPORT_REGIONS_H

#include "Support/Source.h"
#include "Typed/Typed.h"

#include "Flow/IR/FlowOps.h"
#include "Lane/IR/LaneOps.h"
#include "mlir/IR/Builders.h"
#include "llvm/ADT/DenseSet.h"

#include <map>
#include <set>

namespace rill::import {

/// The symbol of a law in the model module.
std::string distSymbol(const lang::typed::Program &program,
                       lang::typed::DistId dist);

/// The lane type of a value of this space.
lane::TensorType typeOf(const lang::Space &space, bool inv,
                        mlir::MLIRContext *context);

/// The chart of a parameter's space (dialects/Flow/Transforms/Charts.h).
std::string chartOf(const lang::Space &space);

/// The largest number of elements that `div` and `jac` take tangents in.
inline constexpr int64_t maxTangents = 64;

/// Imports regions into one function or law.
class RegionImporter {
public:
  RegionImporter(const lang::typed::Program &program,
                 const lang::SourceManager &sources, mlir::OpBuilder &builder)
      : program(program), sources(sources), b(builder) {}

  void bind(lang::typed::ValueId id, mlir::Value value) { values[id] = value; }
  mlir::Value value(lang::typed::ValueId id) const { return values.at(id); }

  /// Emits the region's operations and returns its results.
  llvm::SmallVector<mlir::Value> import(const lang::typed::Region &region);

  /// Gives a place its value at the start of a flow.
  void openPlace(lang::typed::PlaceId id, mlir::Value value);
  /// The place's present value, glued if it has been cut.
  mlir::Value readPlace(lang::typed::PlaceId id, mlir::Location loc);

private:
  using PlaceId = lang::typed::PlaceId;
  using Op = lang::typed::Op;

  /// A cut of a place: its parts, and what no part names.
  struct Cut {
    llvm::SmallVector<PlaceId> parts;
    mlir::ArrayAttr indices; ///< of the parts and, last, of the rest if any
    mlir::Value rest;
  };
  struct Place {
    mlir::Value value; ///< null while a cut is open or the parent holds it
    lang::Space space;
    int parent = -1;  ///< place, or -1
    unsigned cut = 0; ///< which cut of the parent this is a part of
    llvm::SmallVector<Cut> cuts;
    int open = -1;
  };

  void importOp(const Op &op);
  void importTensor(const Op &op);
  void importTake(const Op &op);
  void importLookup(const Op &op);
  void importParam(const Op &op);
  void importView(const Op &op);
  void importAssign(const Op &op);
  void importInverse(const Op &op, flow::UpdateOp update);
  void importRepeat(const Op &op);
  void importScan(const Op &op);
  void importOuterReads(const lang::typed::Region &body);
  void importMember(const Op &op);
  int cutTwice(PlaceId a, PlaceId b) const;
  llvm::SmallVector<PlaceId> carriedPlaces(std::set<PlaceId> touched) const;
  void importDerivative(const Op &op);
  void readOuterPlaces(const lang::typed::Region &region);
  bool varies(const Op &derivative) const;
  bool isKnownOutside(const lang::typed::Region &init) const;
  void importOde(const Op &op);
  void openCut(PlaceId parent, unsigned cut, mlir::Location loc);

  mlir::Location loc(const Op &op) const;
  void bindResults(const Op &op, mlir::Operation *made);
  llvm::SmallVector<mlir::Value> operands(const Op &op) const;
  const lang::Space &space(lang::typed::ValueId id) const {
    return program.values[id].space;
  }

  const lang::typed::Program &program;
  const lang::SourceManager &sources;
  mlir::OpBuilder &b;
  llvm::DenseMap<lang::typed::ValueId, mlir::Value> values;
  std::map<PlaceId, Place> places;
  llvm::SmallVector<mlir::Operation *> repeats; ///< enclosing, from outside in
  /// Enclosing scans, each with the number of repeats around it.
  llvm::SmallVector<std::pair<mlir::Operation *, size_t>> scans;
  /// Reads inside of a scan that were imported before it.
  llvm::DenseSet<const Op *> early;
  /// The outermost derivative whose region is imported, not in a repeat of it.
  mlir::Operation *derivative = nullptr;
  mlir::Operation *field = nullptr; ///< enclosing ode: parameters stand before
};

} // namespace rill::import

#endif // RILL_COMPILER_IMPORT_REGIONS_H
