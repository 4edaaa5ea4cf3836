//===- Kit.cpp - Where the link kit is ------------------------------------===//

#include "pipeline/Kit.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

std::string rill::pipeline::kitFolder(const std::string &argv0) {
  // Any symbol of this program tells getMainExecutable where it lies.
  std::string self = llvm::sys::fs::getMainExecutable(
      argv0.c_str(), reinterpret_cast<void *>(&kitFolder));
  llvm::SmallString<256> folder(llvm::sys::path::parent_path(self));
  llvm::sys::path::append(folder, "..", "lib", "rill");
  llvm::sys::path::append(folder, "kit");
  llvm::sys::path::remove_dots(folder, /*remove_dot_dot=*/true);
  return folder.str().str();
}
