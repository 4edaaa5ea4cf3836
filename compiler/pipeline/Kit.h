//===- Kit.h - Where the link kit is ----------------------------*- C++ -*-===//
//
// The kit (start files, static libraries, runtime archive) lies beside the
// compiler: PREFIX/bin/rill and PREFIX/lib/rill/kit, in the build tree too.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_COMPILER_PIPELINE_KIT_H
#define RILL_COMPILER_PIPELINE_KIT_H

#include <string>

namespace rill::pipeline {

/// The kit of the compiler that `argv0` started.
std::string kitFolder(const std::string &argv0);

} // namespace rill::pipeline

#endif // RILL_COMPILER_PIPELINE_KIT_H
