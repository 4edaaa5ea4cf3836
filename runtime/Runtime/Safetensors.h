//===- Safetensors.h - The safetensors file format --------------*- C++ -*-===//
//
// Reading and writing of safetensors (8-byte header length, JSON header, dense
// little-endian data; https://huggingface.co/docs/safetensors), element types
// F32 and F64. Knows nothing of models: names, shapes and bytes.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_RUNTIME_SAFETENSORS_H
#define RILL_RUNTIME_SAFETENSORS_H

#include "Runtime/Plan.h"

#include <map>

namespace rill::rt {

struct Tensor {
  std::string name;
  Type type = Type::F32; ///< F32 or F64
  std::vector<int64_t> shape;
  const char *data = nullptr;

  int64_t elements() const;
  double get(int64_t i) const;
};

/// The text of the metadata values, by key.
using Metadata = std::map<std::string, std::string>;

/// A file read whole; tensors point into it.
class TensorFile {
public:
  /// Reads and checks `path`: each way in which it can be broken (empty,
  /// truncated, not safetensors, ranges that overlap the end or do not fit the
  /// shape) has its own message. `role`: "parameter file", "checkpoint".
  static TensorFile read(const std::string &path, const std::string &role);

  const std::vector<Tensor> &all() const { return tensors; }
  const Tensor *find(const std::string &name) const;
  const Metadata &metadata() const { return meta; }
  /// The metadata value of `key`, "" if absent.
  std::string value(const std::string &key) const;

private:
  std::string bytes;
  std::vector<Tensor> tensors;
  std::map<std::string, size_t> byName;
  Metadata meta;
};

/// Writes atomically (see AtomicFile).
void writeTensors(const std::string &path, const std::vector<Tensor> &tensors,
                  const Metadata &metadata);

} // namespace rill::rt
#endif
