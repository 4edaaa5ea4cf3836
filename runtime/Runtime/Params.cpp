//===- Params.cpp - Parameters in memory ----------------------------------===//

#include "Runtime/Params.h"
#include "Runtime/Error.h"

#include <cmath>
#include <new>

namespace rill::rt {

static char *allocate(size_t bytes) {
  size_t rounded = (bytes + 63) / 64 * 64;
  if (rounded == 0)
    rounded = 64;
  void *memory = std::aligned_alloc(64, rounded);
  if (!memory)
    throw std::bad_alloc();
  std::memset(memory, 0, rounded);
  return static_cast<char *>(memory);
}

Buffer::Buffer(size_t bytes) : memory(allocate(bytes)), bytes(bytes) {}

Buffer::Buffer(const Buffer &other) {
  if (!other.memory)
    return;
  memory.reset(allocate(other.bytes));
  bytes = other.bytes;
  std::memcpy(memory.get(), other.memory.get(), bytes);
}

Buffer &Buffer::operator=(Buffer other) {
  memory.swap(other.memory);
  std::swap(bytes, other.bytes);
  return *this;
}

void Buffer::atLeast(size_t wanted) {
  if (!memory || wanted > bytes)
    *this = Buffer(wanted);
}

Layout::Layout(const std::vector<ParamSpec> &params, Type type) : type(type) {
  const int64_t unit = 64 / sizeOf(type);
  for (const ParamSpec &param : params) {
    begin.push_back(total);
    size.push_back(param.size());
    total += (param.size() + unit - 1) / unit * unit;
  }
}

Params::Params(const std::vector<ParamSpec> &specs, Type type)
    : parameters(specs), places(specs, type), buffer(places.bytes()) {}

double Params::get(int param, int64_t i) const {
  const char *array = places.at(buffer, param);
  return type() == Type::F64 ? reinterpret_cast<const double *>(array)[i]
                             : reinterpret_cast<const float *>(array)[i];
}

void Params::set(int param, int64_t i, double value) {
  char *array = places.at(edit(), param);
  if (type() == Type::F64)
    reinterpret_cast<double *>(array)[i] = value;
  else
    reinterpret_cast<float *>(array)[i] = float(value);
}

int Params::firstNonFinite() const {
  for (size_t p = 0; p < parameters.size(); ++p)
    for (int64_t i = 0; i < places.size[p]; ++i)
      if (!std::isfinite(get(int(p), i)))
        return int(p);
  return -1;
}

bool Params::allFinite() const { return firstNonFinite() < 0; }

Params Params::as(Type other) const {
  Params copy(parameters, other);
  for (size_t p = 0; p < parameters.size(); ++p)
    for (int64_t i = 0; i < places.size[p]; ++i)
      copy.set(int(p), i, get(int(p), i));
  return copy;
}

std::string instanceName(const ParamSpec &spec, int64_t instance) {
  std::vector<int64_t> index(spec.stack.size());
  for (size_t axis = index.size(); axis-- > 0;) {
    index[axis] = instance % spec.stack[axis];
    instance /= spec.stack[axis];
  }
  std::string name;
  size_t axis = 0;
  for (char c : spec.path) {
    if (c == '*')
      name += std::to_string(index[axis++]);
    else
      name += c;
  }
  return name;
}

} // namespace rill::rt
