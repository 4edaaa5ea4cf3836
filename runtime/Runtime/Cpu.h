//===- Cpu.h - Which instruction sets this machine has ----------*- C++ -*-===//
//
// Detection by cpuid and xgetbv, at run time. Chooses among the variants that
// a kernel was compiled for; knows nothing about what kernels compute.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_RUNTIME_CPU_H
#define RILL_RUNTIME_CPU_H

#include "rill/abi.h"

#include <string>

namespace rill::rt {

struct CpuFeatures {
  bool avx2 = false;   ///< AVX2 and FMA, and the system saves their registers
  bool avx512 = false; ///< AVX-512 F, BW, DQ and VL, and the system saves them
};

CpuFeatures detectCpu();

/// "avx512", "avx2" or "generic" for RILL_ISA_*.
const char *isaName(int isa);

/// The best RILL_ISA_* that the machine has and every kernel of the program
/// was compiled for. `wanted` (RILL_ISA of the environment, "" if unset) names
/// one instead. An Error if there is none, or the wanted one is not there.
int chooseIsa(const RillProgram &program, const CpuFeatures &cpu,
              const std::string &wanted);

} // namespace rill::rt
#endif
