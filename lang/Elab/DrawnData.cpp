//===- DrawnData.cpp - data d = draw n { ... } ----------------------------===//
//
// A data set that the program makes: one row is what the block gives after
// `out`, drawn with the parameters that the program has at that point. Its
// parts are cut as those of a file are.
//
//===----------------------------------------------------------------------===//
#include "Elab/Elaborator.h"

namespace rill::lang::elab {

/// The space of a field that the program does not declare: what the value is
/// in, but a value known to be positive by its formula is still a real number.
static Space fieldSpace(const Tensor &value) {
  return value.space.withShape(value.valueShape()).embedded();
}

/// Elaborates one row into `region`; its space.
std::optional<Space> Elaborator::drawnRow(const ast::DataItem &item,
                                          const ast::RepeatExpr &drawn,
                                          Frame &frame, typed::Region &region) {
  if (!generative(drawn.block, frame, nullptr, {}))
    return std::nullopt;
  if (!frame.out) {
    error(Code::WrongArguments, item.value->range,
          "the block says no row: it has no 'out'")
        .help("data d = draw 1000 { z ~ Normal;  out (z, f(z)) }");
    return std::nullopt;
  }
  if (frame.out->isError())
    return std::nullopt;
  std::vector<Den> items = frame.out->is(Den::Kind::Tuple)
                               ? frame.out->items
                               : std::vector<Den>{*frame.out};
  Space declared = item.space ? space(*item.space, frame) : Space();
  if (item.space && !declared.isValid())
    return std::nullopt;
  bool product = declared.isValid() && declared.kind() == SpaceKind::Product;
  std::vector<Space> wanted = product ? declared.fields()
                              : declared.isValid()
                                  ? std::vector<Space>{declared}
                                  : std::vector<Space>();
  if (declared.isValid() && wanted.size() != items.size()) {
    error(Code::SpaceMismatch, item.value->range,
          "a row of " + std::to_string(items.size()) + " values for " +
              declared.str());
    return std::nullopt;
  }
  std::vector<Space> fields;
  for (size_t i = 0; i != items.size(); ++i) {
    auto value = tensorOf(items[i], item.value->range, frame);
    if (!value)
      return std::nullopt;
    if (!wanted.empty() && !checkSpace(wanted[i], *value, item.value->range,
                                       "a value of '" + item.name.text + "'"))
      return std::nullopt;
    fields.push_back(wanted.empty() ? fieldSpace(*value) : wanted[i]);
    if (fields.back().isFloat())
      value = toFloat(*value);
    region.results.push_back(value->id);
  }
  if (declared.isValid())
    return declared;
  return fields.size() == 1
             ? fields[0]
             : Space::product(std::vector<std::string>(fields.size()), fields);
}

void Elaborator::drawnData(const ast::DataItem &item,
                           const ast::RepeatExpr &drawn, typed::Data data,
                           Module &module) {
  Frame frame = topFrame();
  auto rows = staticInt(*drawn.count, frame);
  if (!rows)
    return;
  if (*rows < 1) {
    error(Code::BadSetting, drawn.count->range,
          "a data set has at least one row");
    return;
  }
  data.format = "draw";
  data.rows = *rows;
  data.hold = data.valid = 0.1;
  std::optional<Space> row;
  data.draw = memberRegion("data/" + item.name.text, {}, {}, {},
                           [&](typed::Region &region, std::vector<Tensor>) {
                             HereScope scope(here, item.value->range);
                             Frame inner = topFrame();
                             inner.env = Env::inside(inner.env);
                             row = drawnRow(item, drawn, inner, region);
                           });
  if (!row)
    return;
  data.space = *row;
  Den den;
  den.kind = Den::Kind::Data;
  den.data = static_cast<DataId>(program.data.size());
  program.data.push_back(std::move(data));
  module.env->names[item.name.text] = den;
}

} // namespace rill::lang::elab
