//===- Npy.h - NumPy's array files ------------------------------*- C++ -*-===//
//
// The NPY format (versions 1 to 3; numpy.lib.format): reading f4, f8, i4, i8,
// u1 and bool in C order and either byte order of the writer's machine being
// little-endian; the header of
// f4, f8 and i4 for writing (RowWriter).
//
//===----------------------------------------------------------------------===//
#ifndef RILL_RUNTIME_NPY_H
#define RILL_RUNTIME_NPY_H

#include "Runtime/Table.h"

namespace rill::rt {

/// Reads [rows, ...] as a table; the trailing axes are flattened. `width` is
/// what a row must have, -1 for any. Errors say what was found instead.
Table readNpy(const std::string &path, const std::string &role, int64_t width);

/// The bytes before the data of an array in C order; `type` is not Bool.
std::string npyHeader(Type type, const std::vector<int64_t> &shape);

/// A whole array in one call.
void writeNpy(const std::string &path, Type type,
              const std::vector<int64_t> &shape, const void *data);

} // namespace rill::rt
#endif
