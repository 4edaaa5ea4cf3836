/*===- main.h - The entry point of the runtime --------------------*- C -*-===*\
|*                                                                            *|
|* What an executable's main and `rill run` call: the command line over one   *|
|* compiled program. Keeps no state between calls and never ends the process. *|
|*                                                                            *|
\*===----------------------------------------------------------------------===*/
#ifndef RILL_MAIN_H
#define RILL_MAIN_H

#include "rill/abi.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Runs `argv[0] COMMAND OPTIONS...`. Returns the exit status: 0, 1 for a
 * failure, 2 for a wrong command line, 128 + signal after an interrupt. The
 * message of a failure is on stderr. */
int rill_main(const RillProgram *program, int argc, char **argv);

/* The same; relative paths of `data` declarations start at `folder` (null: the
 * working directory). For `rill run` and `rill test`: the source's folder. */
int rill_main_in(const RillProgram *program, const char *folder, int argc,
                 char **argv);

#ifdef __cplusplus
}
#endif
#endif /* RILL_MAIN_H */
