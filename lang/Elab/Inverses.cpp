//===- Inverses.cpp - x := e inverse by g ---------------------------------===//
//
// The author's inverse of an update: `g` is elaborated after the update, so
// that the place's name stands for the new value and whatever was computed
// from the old one is dead in it. Whether the update allows for one is judged
// on the model level; whether it is the inverse is what `check roundtrip` says.
//
//===----------------------------------------------------------------------===//
#include "Elab/Elaborator.h"

namespace rill::lang::elab {

void Elaborator::inverseBy(const ast::Expr &inverse, const Den &place,
                           const Space &before, Frame &frame) {
  auto isAssign = [&] {
    const std::vector<typed::Op> &ops = regions.back()->ops;
    return !ops.empty() && ops.back().kind == typed::OpKind::Assign &&
           ops.back().index == place.place;
  };
  if (!isAssign()) // the update was refused
    return;
  size_t at = regions.back()->ops.size() - 1;
  size_t params = program.params.size();
  bool fits = true;
  HereScope scope(here, inverse.range);
  typed::Region region = regionOf([&](typed::Region &inner) {
    std::optional<Tensor> value = tensor(inverse, frame);
    fits = value.has_value();
    if (!fits)
      return;
    const std::string &name = program.places[place.place].name;
    std::vector<int64_t> shape = placeValueShape(place);
    if (shape != before.shape()) {
      error(Code::InverseMisfit, inverse.range,
            "'inverse by' of an update that changes the shape of '" + name +
                "'")
          .help("change the shape in an update of its own");
      fits = false;
      return;
    }
    if (value->rank() == 0 || value->valueShape() == shape)
      *value = spreadTo(*value, place.labels, shape);
    fits = checkSpace(before, *value, inverse.range,
                      "'" + name + "' before this update");
    inner.results.push_back(value->id);
  });
  if (program.params.size() != params) {
    error(Code::InverseMisfit, inverse.range,
          "'inverse by' makes an instance of its own",
          "its parameters are not those of the update")
        .why("the inverse must be the one of this update, for every value of "
             "its parameters")
        .help("bind the instance before the update (let f = net[..]) and use "
              "it in both");
    return;
  }
  if (fits)
    regions.back()->ops[at].regions.push_back(std::move(region));
}

} // namespace rill::lang::elab
