//===- Captures.cpp - What a region uses from outside ---------------------===//

#include "Typed/Typed.h"

#include <algorithm>
#include <set>

namespace rill::lang::typed {

static void walk(const Region &region, std::set<ValueId> &own,
                 std::vector<ValueId> &used) {
  auto use = [&](ValueId id) {
    if (!own.count(id) && std::find(used.begin(), used.end(), id) == used.end())
      used.push_back(id);
  };
  own.insert(region.args.begin(), region.args.end());
  for (const Op &op : region.ops) {
    for (ValueId id : op.operands)
      use(id);
    for (const Region &inner : op.regions)
      walk(inner, own, used);
    own.insert(op.results.begin(), op.results.end());
  }
  for (ValueId id : region.results)
    use(id);
}

std::vector<ValueId> captures(const Region &region) {
  std::set<ValueId> own;
  std::vector<ValueId> used;
  walk(region, own, used);
  return used;
}

} // namespace rill::lang::typed
