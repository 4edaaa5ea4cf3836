//===- NameReads.h - Which names a name was made from -----------*- C++ -*-===//
//
// A derivative treats its seeded name as a free variable, so a name that was
// made from it before would silently keep its old value. This keeps, for every
// binding, the bindings that were read to make it: of values, of numbers known
// at compile time and of places alike. It knows nothing of values.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_LANG_ELAB_NAMEREADS_H
#define RILL_LANG_ELAB_NAMEREADS_H

#include <cstdint>
#include <vector>

namespace rill::lang::elab {

/// A binding of a name; 0: of the language itself.
using NameId = uint32_t;

class NameReads {
public:
  /// A new binding, made from what the scope that was just closed has read.
  NameId bound();
  /// The next binding that will be made.
  NameId next() const { return static_cast<NameId>(sources.size()); }
  /// What an update puts into the place of this binding was made from what the
  /// scope that was just closed has read.
  void extend(NameId name);
  /// The name was read here.
  void read(NameId name);
  /// Whether `name` was made from `source`, directly or through other names.
  bool reaches(NameId name, NameId source) const;

  /// What is read while one value is evaluated. After `close`, names that are
  /// bound until the scope ends are made from it.
  class Scope {
  public:
    /// `hidden`: an enclosing scope does not see these reads (stop, len).
    explicit Scope(NameReads &reads, bool hidden = false);
    ~Scope();
    void close();

  private:
    NameReads &reads;
    std::vector<NameId> before; ///< what names bound outside are made from
    bool hidden, open = true;
  };

private:
  struct Open {
    NameId start; ///< bindings from here on were made inside
    std::vector<NameId> names;
  };
  std::vector<std::vector<NameId>> sources{{}}; ///< by binding
  std::vector<Open> scopes;
  std::vector<NameId> pending;
};

} // namespace rill::lang::elab

#endif // RILL_LANG_ELAB_NAMEREADS_H
