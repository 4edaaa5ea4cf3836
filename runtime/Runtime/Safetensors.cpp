//===- Safetensors.cpp - The safetensors file format ----------------------===//

#include "Runtime/Safetensors.h"
#include "Runtime/Error.h"
#include "Runtime/Io.h"

#include <cstring>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace rill::rt {

// Ordered, so that equal tensors give equal bytes.
using Json = nlohmann::ordered_json;

int64_t Tensor::elements() const {
  int64_t n = 1;
  for (int64_t extent : shape)
    n *= extent;
  return n;
}

double Tensor::get(int64_t i) const {
  if (type == Type::F64) {
    double value;
    std::memcpy(&value, data + 8 * i, 8);
    return value;
  }
  float value;
  std::memcpy(&value, data + 4 * i, 4);
  return value;
}

const Tensor *TensorFile::find(const std::string &name) const {
  auto it = byName.find(name);
  return it == byName.end() ? nullptr : &tensors[it->second];
}

std::string TensorFile::value(const std::string &key) const {
  auto it = meta.find(key);
  return it == meta.end() ? "" : it->second;
}

/// The header's JSON; throws where the file is cut short or something else.
static Json headerOf(const std::string &bytes, const std::string &where) {
  if (bytes.empty())
    throw Error(where + " is empty");
  uint64_t length = 0;
  if (bytes.size() >= 8)
    std::memcpy(&length, bytes.data(), 8);
  const bool opens = bytes.size() > 8 && bytes[8] == '{';
  if (bytes.size() >= 9 && !opens)
    throw Error(where + " is not a safetensors file",
                "it does not start with a length and a JSON header",
                "name the file that 'train --out' wrote");
  if (bytes.size() < 9 || length > bytes.size() - 8)
    throw Error(where + " is truncated",
                fmt::format("its header should have {} bytes, the file has {}",
                            length, bytes.size()),
                "copy it again, or train again");
  try {
    return Json::parse(bytes.begin() + 8, bytes.begin() + 8 + length);
  } catch (const Json::exception &e) {
    throw Error(where + " has a broken header", e.what(),
                "copy it again, or train again");
  }
}

static Tensor tensorOf(const std::string &name, const Json &entry,
                       const std::string &bytes, size_t base,
                       const std::string &where) {
  Tensor tensor;
  tensor.name = name;
  std::string type = entry.at("dtype").get<std::string>();
  if (type != "F32" && type != "F64")
    throw Error(fmt::format("{}: tensor '{}' has elements of type {}", where,
                            name, type),
                "", "convert it to F32 or F64");
  tensor.type = type == "F64" ? Type::F64 : Type::F32;
  tensor.shape = entry.at("shape").get<std::vector<int64_t>>();
  auto range = entry.at("data_offsets").get<std::vector<uint64_t>>();
  if (range.size() != 2 || range[0] > range[1])
    throw Error(fmt::format("{} has a broken header", where),
                fmt::format("tensor '{}' has no valid range", name));
  for (int64_t extent : tensor.shape)
    if (extent < 0)
      throw Error(where + " has a broken header",
                  fmt::format("tensor '{}' has a negative extent", name));
  if (range[1] > bytes.size() - base)
    throw Error(where + " is truncated",
                fmt::format("tensor '{}' ends at byte {}, the file at {}", name,
                            base + range[1], bytes.size()),
                "copy it again, or train again");
  if (int64_t(range[1] - range[0]) != tensor.elements() * sizeOf(tensor.type))
    throw Error(where + " has a broken header",
                fmt::format("tensor '{}' has {} bytes, its shape needs {}",
                            name, range[1] - range[0],
                            tensor.elements() * sizeOf(tensor.type)));
  tensor.data = bytes.data() + base + range[0];
  return tensor;
}

TensorFile TensorFile::read(const std::string &path, const std::string &role) {
  TensorFile file;
  file.bytes = readFile(path, role);
  const std::string where = fmt::format("{} '{}'", role, path);
  const Json header = headerOf(file.bytes, where);
  uint64_t length;
  std::memcpy(&length, file.bytes.data(), 8);
  try {
    for (const auto &[name, entry] : header.items()) {
      if (name == "__metadata__") {
        file.meta = entry.get<Metadata>();
        continue;
      }
      file.byName[name] = file.tensors.size();
      file.tensors.push_back(
          tensorOf(name, entry, file.bytes, 8 + length, where));
    }
  } catch (const Json::exception &e) {
    throw Error(where + " has a broken header", e.what(),
                "copy it again, or train again");
  }
  return file;
}

void writeTensors(const std::string &path, const std::vector<Tensor> &tensors,
                  const Metadata &metadata) {
  Json header = Json::object();
  if (!metadata.empty())
    header["__metadata__"] = metadata;
  uint64_t at = 0;
  for (const Tensor &tensor : tensors) {
    uint64_t size = uint64_t(tensor.elements() * sizeOf(tensor.type));
    header[tensor.name] = {{"dtype", tensor.type == Type::F64 ? "F64" : "F32"},
                           {"shape", tensor.shape},
                           {"data_offsets", {at, at + size}}};
    at += size;
  }
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');
  const uint64_t length = text.size();
  AtomicFile file(path);
  file.write(&length, sizeof length);
  file.write(text);
  for (const Tensor &tensor : tensors)
    file.write(tensor.data, size_t(tensor.elements() * sizeOf(tensor.type)));
  file.commit();
}

} // namespace rill::rt
