// The tables of grades; see Grades.h.
#include "Flow/Analysis/Grades.h"

using namespace rill::flow;

static constexpr uint8_t before = 1, same = 2, behind = 4;

static Grade gradeOf(uint8_t bits) {
  return (bits & before) && (bits & behind) ? Grade::Anything : Grade(bits);
}

Grade rill::flow::join(Grade a, Grade b) {
  return gradeOf(uint8_t(a) | uint8_t(b));
}

Grade rill::flow::compose(Grade outer, Grade inner) {
  uint8_t a = uint8_t(outer), b = uint8_t(inner), result = 0;
  if ((a & same) && (b & same))
    result |= same;
  for (uint8_t side : {before, behind}) {
    bool here = a & side, there = b & side;
    if ((here && (there || (b & same))) || (there && (a & same)))
      result |= side;
  }
  // There and back again: i reads k before it, and k reads j behind it.
  if (((a & before) && (b & behind)) || ((a & behind) && (b & before)))
    return Grade::Anything;
  return gradeOf(result);
}

Grade rill::flow::mirrored(Grade grade) {
  uint8_t bits = uint8_t(grade), result = bits & same;
  if (bits & before)
    result |= behind;
  if (bits & behind)
    result |= before;
  return gradeOf(result);
}

std::string rill::flow::str(Grade grade) {
  switch (grade) {
  case Grade::None:
    return "none";
  case Grade::Before:
    return "<";
  case Grade::Same:
    return "=";
  case Grade::BeforeOrSame:
    return "<=";
  case Grade::Behind:
    return ">";
  case Grade::BehindOrSame:
    return ">=";
  case Grade::Anything:
    return "anything";
  }
  return "";
}
