//===- main.cpp - main() of a compiled program ----------------------------===//
//
// The one object that an executable adds to its program and the runtime.
//
//===----------------------------------------------------------------------===//

#include "rill/main.h"

extern "C" const RillProgram rill_program;

int main(int argc, char **argv) { return rill_main(&rill_program, argc, argv); }
