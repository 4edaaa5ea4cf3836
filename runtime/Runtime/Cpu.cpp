//===- Cpu.cpp - Which instruction sets this machine has ------------------===//

#include "Runtime/Cpu.h"
#include "Runtime/Error.h"

#include <fmt/format.h>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace rill::rt {

#if defined(__x86_64__)
static uint64_t enabledStates() {
  uint32_t low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return (uint64_t(high) << 32) | low;
}

CpuFeatures detectCpu() {
  CpuFeatures cpu;
  uint32_t a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d))
    return cpu;
  const bool osxsave = c & bit_OSXSAVE, fma = c & bit_FMA;
  if (!osxsave || !__get_cpuid_count(7, 0, &a, &b, &c, &d))
    return cpu;
  const uint64_t states = enabledStates();
  const bool ymm = (states & 0x6) == 0x6, zmm = (states & 0xe6) == 0xe6;
  cpu.avx2 = ymm && fma && (b & bit_AVX2);
  cpu.avx512 = cpu.avx2 && zmm && (b & bit_AVX512F) && (b & bit_AVX512BW) &&
               (b & bit_AVX512DQ) && (b & bit_AVX512VL);
  return cpu;
}
#else
CpuFeatures detectCpu() { return {}; }
#endif

const char *isaName(int isa) {
  static const char *const names[] = {"avx512", "avx2", "generic"};
  return names[isa];
}

static bool compiledFor(const RillProgram &program, int isa) {
  for (int k = 0; k < program.kernel_count; ++k)
    if (!program.kernels[k].run[isa])
      return false;
  return true;
}

int chooseIsa(const RillProgram &program, const CpuFeatures &cpu,
              const std::string &wanted) {
  const bool has[] = {cpu.avx512, cpu.avx2, true};
  std::string compiled;
  for (int isa = 0; isa < 3; ++isa) {
    if (!compiledFor(program, isa))
      continue;
    compiled += (compiled.empty() ? "" : ", ") + std::string(isaName(isa));
    if (has[isa] && (wanted.empty() || wanted == isaName(isa)))
      return isa;
  }
  if (!wanted.empty())
    throw Error(fmt::format("RILL_ISA={} cannot be used here", wanted),
                fmt::format("the program was compiled for {}; this machine "
                            "has {}generic",
                            compiled.empty() ? "nothing" : compiled,
                            cpu.avx512 ? "avx512, avx2, "
                            : cpu.avx2 ? "avx2, "
                                       : ""),
                "unset RILL_ISA");
  throw Error("this machine cannot run the program",
              fmt::format("the program was compiled for {}, which this "
                          "processor or system does not have",
                          compiled),
              "build it again with --cpu generic");
}

} // namespace rill::rt
