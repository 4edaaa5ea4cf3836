//===- Error.h - Errors that a user can act on ------------------*- C++ -*-===//
//
// The one exception of the runtime: what went wrong, why, and what to do. It
// is caught in one place (rill_main) and printed there; nothing below prints
// errors or ends the process.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_RUNTIME_ERROR_H
#define RILL_RUNTIME_ERROR_H

#include <stdexcept>
#include <string>
#include <vector>

namespace rill::rt {

/// Exit statuses of every command.
enum Exit { ExitOk = 0, ExitFailure = 1, ExitUsage = 2, ExitInterrupted = 130 };

/// An error with a reason and a way out. `why` and `help` may be empty.
class Error : public std::runtime_error {
public:
  Error(const std::string &what, std::string why = {}, std::string help = {},
        int status = ExitFailure)
      : std::runtime_error(what), why(std::move(why)), help(std::move(help)),
        status(status) {}

  std::string why, help;
  int status;
};

/// The text as printed: "error: WHAT", then "  = WHY" and "  = help: HELP".
std::string render(const Error &error);

/// An error of ours: the program's plan and its kernels contradict each other.
Error internalError(const std::string &what);

/// The candidate nearest to `word` in edit distance, or "" if none is near.
std::string nearest(const std::string &word,
                    const std::vector<std::string> &candidates);

/// " (did you mean 'x'?)" or "".
std::string didYouMean(const std::string &word,
                       const std::vector<std::string> &candidates);

} // namespace rill::rt
#endif
