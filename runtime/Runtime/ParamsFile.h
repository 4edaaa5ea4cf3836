//===- ParamsFile.h - Parameters on disk ------------------------*- C++ -*-===//
//
// A parameter file: safetensors with one tensor per instance (stacked steps
// are written apart, each * of the path replaced by its step), raw
// coordinates, and the program's name and hash in the metadata.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_RUNTIME_PARAMSFILE_H
#define RILL_RUNTIME_PARAMSFILE_H

#include "Runtime/Params.h"
#include "Runtime/Safetensors.h"

namespace rill::rt {

/// What a parameter file says about the training that made it.
struct ParamsOrigin {
  uint64_t seed = 0;
  int64_t step = 0;
  /// Seed of the split of each data set, by its name: what was held out.
  std::map<std::string, uint64_t> splits;
};

void saveParams(const std::string &path, const Plan &plan, const Params &params,
                const ParamsOrigin &origin);

/// Reads into `params`, converting precision. Distinct errors: not readable,
/// truncated, another program's, a missing or surplus tensor, another shape,
/// a value that is not finite.
ParamsOrigin loadParams(const std::string &path, const Plan &plan,
                        Params &params);

/// The metadata common to parameter files and checkpoints.
Metadata identityOf(const Plan &plan);
/// An Error unless `file` was written by a program with this plan's hash.
void requireSameProgram(const TensorFile &file, const Plan &plan,
                        const std::string &where);
/// The parameters as tensors of one instance each, pointing into `values`.
std::vector<Tensor> instanceTensors(const std::vector<ParamSpec> &specs,
                                    const Layout &layout, const Buffer &values,
                                    const std::string &prefix = "");

} // namespace rill::rt
#endif
