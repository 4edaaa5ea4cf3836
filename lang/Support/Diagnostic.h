//===- Diagnostic.h - Diagnostics as data -----------------------*- C++ -*-===//
//
// A diagnostic is a stable code, a place and typed texts; one printer renders
// it (see STYLE: error[R0214] with source line, caret, notes and a way out).
// Floors above `lang` report through the same engine.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_LANG_SUPPORT_DIAGNOSTIC_H
#define RILL_LANG_SUPPORT_DIAGNOSTIC_H

#include "Support/Source.h"

#include <functional>
#include <string>
#include <vector>

namespace rill::lang {

enum class Severity { Error, Warning };

/// Stable codes, listed with their explanations in Support/Codes.def and
/// docs/errors/. R01xx syntax, R02xx flows and reversibility, R03xx names,
/// R04xx spaces, shapes and statics, R05xx laws and kinds, R06xx objectives,
/// R07xx modules and files, R09xx internal.
enum class Code : uint16_t {
#define RILL_CODE(id, number, title) id = number,
#include "Support/Codes.def"
#undef RILL_CODE
};

/// A secondary place with its own text under the caret.
struct Label {
  SourceRange range;
  std::string text;
};

struct Diagnostic {
  Code code;
  Severity severity = Severity::Error;
  SourceRange range;              ///< the caret
  std::string message;            ///< what was found, one line, lower case
  std::string underCaret;         ///< short reason printed after the carets
  std::vector<Label> labels;      ///< other places that matter
  std::vector<std::string> notes; ///< why
  std::vector<std::string> helps; ///< ways out

  Diagnostic &why(std::string text) {
    notes.push_back(std::move(text));
    return *this;
  }
  Diagnostic &help(std::string text) {
    helps.push_back(std::move(text));
    return *this;
  }
  Diagnostic &label(SourceRange r, std::string text) {
    labels.push_back({r, std::move(text)});
    return *this;
  }
};

/// Collects the diagnostics of a compilation. Errors never abort: each stage
/// goes on as far as it can and the caller asks `hasErrors()` between stages.
class DiagnosticEngine {
public:
  explicit DiagnosticEngine(const SourceManager &sources) : sources(sources) {}

  /// Records an error and returns it so that details can be chained. The
  /// reference stays valid until the next report.
  Diagnostic &error(Code code, SourceRange range, std::string message,
                    std::string underCaret = "");
  Diagnostic &warning(Code code, SourceRange range, std::string message,
                      std::string underCaret = "");

  bool hasErrors() const { return errors != 0; }
  const std::vector<Diagnostic> &all() const { return diagnostics; }
  const SourceManager &sourceManager() const { return sources; }

  /// Renders everything reported, in source order, duplicates removed.
  std::string render(bool color = false) const;

private:
  const SourceManager &sources;
  std::vector<Diagnostic> diagnostics;
  unsigned errors = 0;
};

/// "R0214" for a code; the inverse returns false for unknown text.
std::string codeName(Code code);
bool parseCode(std::string_view text, Code &code);
std::string_view codeTitle(Code code);

/// The closest of `candidates` to `name` by edit distance, or "" when none is
/// close enough to suggest.
std::string didYouMean(std::string_view name,
                       const std::vector<std::string> &candidates);

} // namespace rill::lang

#endif // RILL_LANG_SUPPORT_DIAGNOSTIC_H
