//===- Targets.cpp - Instruction sets and what one offers -----------------===//
//
// The table of instruction sets and the reading of `--cpu`.
//
//===----------------------------------------------------------------------===//
#include "codegen/cpu/Targets.h"

using namespace rill::cpu;

const IsaInfo &rill::cpu::info(Isa isa) {
  static const IsaInfo table[] = {
      {Isa::Avx512, "avx512", "x86-64-v4", 512, 32, true},
      {Isa::Avx2, "avx2", "x86-64-v3", 256, 16, true},
      {Isa::Generic, "generic", "x86-64-v2", 128, 16, false},
  };
  return table[static_cast<int>(isa)];
}

llvm::SmallVector<Isa> Targets::list() const {
  llvm::SmallVector<Isa> isas;
  if (avx512)
    isas.push_back(Isa::Avx512);
  if (avx2)
    isas.push_back(Isa::Avx2);
  if (generic)
    isas.push_back(Isa::Generic);
  return isas;
}

bool rill::cpu::hostHas(Isa isa) {
  __builtin_cpu_init();
  switch (isa) {
  case Isa::Avx512:
    return __builtin_cpu_supports("x86-64-v4");
  case Isa::Avx2:
    return __builtin_cpu_supports("x86-64-v3");
  case Isa::Generic:
    return __builtin_cpu_supports("x86-64-v2");
  }
  return false;
}

Isa rill::cpu::hostIsa() {
  for (Isa isa : {Isa::Avx512, Isa::Avx2})
    if (hostHas(isa))
      return isa;
  return Isa::Generic;
}

std::optional<Targets> Targets::parse(llvm::StringRef text, std::string &why) {
  if (text == "auto")
    return Targets{true, true, false};
  if (text == "avx512")
    return Targets{true, false, false};
  if (text == "avx2")
    return Targets{false, true, false};
  if (text == "generic")
    return Targets{false, false, true};
  if (text == "native") {
    Isa host = hostIsa();
    return Targets{host == Isa::Avx512, host == Isa::Avx2,
                   host == Isa::Generic};
  }
  why = ("'" + text +
         "' is no instruction set; use auto, native, avx512, avx2 or generic")
            .str();
  return std::nullopt;
}
