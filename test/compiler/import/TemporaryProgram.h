//===- TemporaryProgram.h - A program's text as a file ----------*- C++ -*-===//
#ifndef RILL_TEST_IMPORT_TEMPORARYPROGRAM_H
#define RILL_TEST_IMPORT_TEMPORARYPROGRAM_H

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <unistd.h>

/// A program in a file of its own, removed at the end.
class TemporaryProgram {
public:
  explicit TemporaryProgram(const std::string &text) {
    char name[] = "/tmp/rill-model-XXXXXX.rill";
    close(mkstemps(name, 5));
    path = name;
    std::ofstream(path) << text;
  }
  ~TemporaryProgram() { std::remove(path.c_str()); }
  std::string path;
};

#endif // RILL_TEST_IMPORT_TEMPORARYPROGRAM_H
