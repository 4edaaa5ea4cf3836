//===- Link.h - Objects to executables ---------------------------*- C++
//-*-===//
//
// Links an object and the runtime archive to an executable that depends on
// libc and libm only. lld runs in this process on the kit beside the compiler;
// the fall-back is the host's `cc`.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_CODEGEN_CPU_LINK_H
#define RILL_CODEGEN_CPU_LINK_H

#include <optional>
#include <string>
#include <vector>

namespace rill::cpu {

/// Where the kit is: Scrt1.o crti.o crtn.o crtbeginS.o crtendS.o
/// libc_nonshared.a rill_main.o librill_runtime.a libstdc++.a libgcc.a
/// libgcc_eh.a libz.a.
struct LinkOptions {
  std::string kit;
  bool useCc = false; ///< --linker=cc
};

/// Joins relocatable objects (bytes) to one. Returns what went wrong.
std::optional<std::string> mergeObjects(const std::vector<std::string> &objects,
                                        std::string &merged);

/// Writes `object` (bytes) and links it to the executable `output`. The file
/// appears complete or not at all. Returns what went wrong, as one message for
/// the user; nothing on success.
std::optional<std::string> linkExecutable(const std::string &object,
                                          const std::string &output,
                                          const LinkOptions &options);

} // namespace rill::cpu

#endif // RILL_CODEGEN_CPU_LINK_H
