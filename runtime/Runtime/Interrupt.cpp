//===- Interrupt.cpp - SIGINT and SIGTERM as a question -------------------===//

#include "Runtime/Interrupt.h"

namespace rill::rt {

// A handler can reach only static storage; it is written while an Interrupt
// lives and means nothing afterwards.
static volatile std::sig_atomic_t received = 0;

static void note(int signal) { received = signal; }

Interrupt::Interrupt() {
  received = 0;
  struct sigaction action{};
  action.sa_handler = note;
  // The second signal finds the default action again.
  action.sa_flags = int(SA_RESETHAND);
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, &previousInt);
  sigaction(SIGTERM, &action, &previousTerm);
}

Interrupt::~Interrupt() {
  sigaction(SIGINT, &previousInt, nullptr);
  sigaction(SIGTERM, &previousTerm, nullptr);
}

int Interrupt::signal() const { return received; }

} // namespace rill::rt
