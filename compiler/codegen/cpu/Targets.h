//===- Targets.h - Instruction sets and what one offers ---------*- C++ -*-===//
//
// Which instruction sets an object holds, and for each the facts that code
// emission needs: vector width, FMA, register count. Not a description of the
// machine at hand (that is hostIsa) and not of tuning.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_CODEGEN_CPU_TARGETS_H
#define RILL_CODEGEN_CPU_TARGETS_H

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"

#include <optional>
#include <string>

namespace rill::cpu {

/// In the order of RILL_ISA_* of abi.h.
enum class Isa { Avx512 = 0, Avx2 = 1, Generic = 2 };

/// What emission must know of an instruction set.
struct IsaInfo {
  Isa isa;
  const char *name;    ///< "avx512": suffix of its functions
  const char *cpu;     ///< LLVM's target-cpu
  unsigned vectorBits; ///< width of the registers used
  unsigned registers;  ///< vector registers
  bool fma;            ///< false: multiply and add are emitted
};
const IsaInfo &info(Isa isa);

/// The variants of one object.
struct Targets {
  bool avx512 = true;
  bool avx2 = true;
  bool generic = false;

  llvm::SmallVector<Isa> list() const;
  /// The value of `--cpu`: auto, native, avx2, avx512, generic. On failure
  /// returns nothing and sets `why`.
  static std::optional<Targets> parse(llvm::StringRef text, std::string &why);
};

/// The best instruction set of this machine that kernels may use.
Isa hostIsa();
bool hostHas(Isa isa);

} // namespace rill::cpu

#endif // RILL_CODEGEN_CPU_TARGETS_H
