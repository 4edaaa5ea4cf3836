//===- Interrupt.h - SIGINT and SIGTERM as a question -----------*- C++ -*-===//
//
// While an Interrupt lives, the first SIGINT or SIGTERM is only noted, and the
// work asks for it between steps; a second one ends the process as usual. The
// previous handlers come back with its end. One at a time per process.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_RUNTIME_INTERRUPT_H
#define RILL_RUNTIME_INTERRUPT_H

#include <csignal>

namespace rill::rt {

class Interrupt {
public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt &) = delete;
  Interrupt &operator=(const Interrupt &) = delete;

  /// The signal that came, or 0.
  int signal() const;

private:
  struct sigaction previousInt, previousTerm;
};

} // namespace rill::rt
#endif
