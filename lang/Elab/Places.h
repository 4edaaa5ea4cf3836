//===- Places.h - Places, their epochs and spaces ---------------*- C++ -*-===//
//
// Roots and their views, reads and updates of places, what dies by an update
// and the space that an update ends in.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_LANG_ELAB_PLACES_H
#define RILL_LANG_ELAB_PLACES_H

#include "Elab/Emitter.h"

namespace rill::lang::elab {

class Places : protected Emitter {
protected:
  using Emitter::Emitter;

  PlaceId newRoot(const Space &space, const std::string &name,
                  SourceRange range);
  PlaceId subPlace(PlaceId parent, const std::vector<int64_t> &parts,
                   std::vector<int64_t> shape, const std::string &name,
                   SourceRange range);
  std::vector<PlaceId>
  viewParts(PlaceId parent, const std::vector<std::vector<int64_t>> &parts,
            const std::vector<std::vector<int64_t>> &shapes,
            const std::vector<std::string> &names, SourceRange range);
  Space placeSpace(PlaceId place) const;
  std::vector<int64_t> placeValueShape(const Den &place) const;
  Tensor readPlace(const Den &place, SourceRange range);
  void assignPlace(const Den &place, Tensor value, SourceRange range,
                   const std::string &spelling, const std::string &name = "");
  void checkAlive(const Tensor &t, const std::string &name, SourceRange range);
  Image readImage(PlaceId read, PlaceId target, const Bounds &bounds);
  bool keepsCone(const Definition &def, const std::vector<Image> &in);
  Image binaryImage(const std::string &op, const Image &x, const Image &y);
  Image imageOf(ValueId value, PlaceId target, std::map<ValueId, Image> &known);
  Space spaceAfter(PlaceId place, const Tensor &value, SourceRange range);
  void checkOverlap(PlaceId place, const Tensor &value, SourceRange range);
};

} // namespace rill::lang::elab

#endif // RILL_LANG_ELAB_PLACES_H
