//===- Params.h - Parameters in memory --------------------------*- C++ -*-===//
//
// All parameters of a program in one flat buffer of its precision, each array
// 64-byte aligned, in raw (unconstrained) coordinates. Optimiser moments,
// averages and gradients use the same layout. No files here.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_RUNTIME_PARAMS_H
#define RILL_RUNTIME_PARAMS_H

#include "Runtime/Plan.h"

#include <cstdlib>
#include <cstring>
#include <memory>

namespace rill::rt {

/// Zeroed memory of 64-byte alignment.
class Buffer {
public:
  Buffer() = default;
  explicit Buffer(size_t bytes);
  Buffer(const Buffer &other);
  Buffer(Buffer &&) = default;
  Buffer &operator=(Buffer other);

  char *data() { return memory.get(); }
  const char *data() const { return memory.get(); }
  template <typename T> T *as() { return reinterpret_cast<T *>(memory.get()); }
  template <typename T> const T *as() const {
    return reinterpret_cast<const T *>(memory.get());
  }
  size_t size() const { return bytes; }
  /// Grows to at least `bytes`; the content is lost if it must grow.
  void atLeast(size_t bytes);

private:
  struct Free {
    void operator()(char *p) const { std::free(p); }
  };
  std::unique_ptr<char, Free> memory;
  size_t bytes = 0;
};

/// Where each parameter's array lies in a flat buffer, in elements.
struct Layout {
  Layout(const std::vector<ParamSpec> &params, Type type);

  std::vector<int64_t> begin, size;
  int64_t total = 0; ///< elements, with padding
  Type type;

  size_t bytes() const { return size_t(total * sizeOf(type)); }
  char *at(Buffer &buffer, int param) const {
    return buffer.data() + begin[param] * sizeOf(type);
  }
  const char *at(const Buffer &buffer, int param) const {
    return buffer.data() + begin[param] * sizeOf(type);
  }
};

/// The values, with a version that changes when they do (0: not set yet).
class Params {
public:
  explicit Params(const std::vector<ParamSpec> &specs, Type type);

  const std::vector<ParamSpec> &specs() const { return parameters; }
  const Layout &layout() const { return places; }
  Type type() const { return places.type; }
  const Buffer &values() const { return buffer; }
  /// For writing; raises the version.
  Buffer &edit() {
    ++count;
    return buffer;
  }
  uint64_t version() const { return count; }
  const void *array(int param) const { return places.at(buffer, param); }
  double get(int param, int64_t i) const;
  void set(int param, int64_t i, double value);
  bool allFinite() const;
  /// The first parameter holding NaN or infinity, or -1.
  int firstNonFinite() const;
  /// The same values in another precision.
  Params as(Type type) const;

private:
  std::vector<ParamSpec> parameters;
  Layout places;
  Buffer buffer;
  uint64_t count = 0;
};

/// "p.3.couple.W" for instance 3 of "p.*.couple.W"; instances are numbered
/// row-major over the stack.
std::string instanceName(const ParamSpec &spec, int64_t instance);

} // namespace rill::rt
#endif
