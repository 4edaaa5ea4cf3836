//===- NameReads.cpp - Which names a name was made from -------------------===//

#include "Elab/NameReads.h"

#include <algorithm>
#include <set>
#include <utility>

namespace rill::lang::elab {

NameId NameReads::bound() {
  sources.push_back(pending);
  return static_cast<NameId>(sources.size() - 1);
}

void NameReads::extend(NameId name) {
  std::vector<NameId> &all = sources[name];
  all.insert(all.end(), pending.begin(), pending.end());
}

void NameReads::read(NameId name) {
  if (name && !scopes.empty())
    scopes.back().names.push_back(name);
}

bool NameReads::reaches(NameId name, NameId source) const {
  std::vector<NameId> work = {name};
  std::set<NameId> seen;
  while (!work.empty()) {
    NameId at = work.back();
    work.pop_back();
    for (NameId from : sources[at]) {
      if (from == source)
        return true;
      if (seen.insert(from).second)
        work.push_back(from);
    }
  }
  return false;
}

NameReads::Scope::Scope(NameReads &reads, bool hidden)
    : reads(reads), before(std::exchange(reads.pending, {})), hidden(hidden) {
  reads.scopes.push_back({static_cast<NameId>(reads.sources.size()), {}});
}

void NameReads::Scope::close() {
  Open inner = std::move(reads.scopes.back());
  reads.scopes.pop_back();
  open = false;
  // What was bound inside is made from what is in the list as well.
  std::vector<NameId> &names = inner.names;
  names.erase(std::remove_if(names.begin(), names.end(),
                             [&](NameId name) { return name >= inner.start; }),
              names.end());
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  if (!hidden)
    for (NameId name : names)
      reads.read(name);
  reads.pending = std::move(names);
}

NameReads::Scope::~Scope() {
  if (open)
    close();
  reads.pending = std::move(before);
}

} // namespace rill::lang::elab
