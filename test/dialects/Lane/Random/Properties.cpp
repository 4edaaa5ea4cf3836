// Properties of random programs, and shrinking of counterexamples.
#include "Properties.h"
#include "Derive.h"
#include "Shrink.h"
#include "mlir/IR/Verifier.h"
#include "llvm/Support/PrettyStackTrace.h"
#include "llvm/Support/Signals.h"
#include <cmath>

namespace rill::lane::random {

uint64_t runSeed(uint64_t fixed) {
  const char *given = std::getenv("RILL_SEED");
  return given ? std::strtoull(given, nullptr, 10) : fixed;
}

int programs(int usual) {
  const char *factor = std::getenv("RILL_PROGRAMS");
  return factor ? usual * std::atoi(factor) : usual;
}

static Complaint test(mlir::MLIRContext &context, const ProgramOptions &options,
                      const Choices &choices, const Property &property,
                      std::vector<uint32_t> &made) {
  Program program = generate(context, choices, options);
  made = program.choices;
  if (mlir::failed(mlir::verify(*program.module)))
    return "the generator made an invalid program";
  return property(program);
}

static std::string describe(const Array &a) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  stream << "[";
  for (size_t i = 0; i < std::min<size_t>(a.data.size(), 12); ++i)
    stream << (i ? ", " : "") << a.data[i];
  stream << (a.data.size() > 12 ? ", ...]" : "]");
  return text;
}

static std::string report(Program &program, uint64_t seed,
                          const Complaint &complaint) {
  std::string text = "RILL_SEED=" + std::to_string(seed) + "\n" + complaint +
                     "\nbatch " + std::to_string(program.context.batch) + "\n";
  for (const Array &a : program.arguments)
    text += "  argument " + describe(a) + "\n";
  return text + print(*program.module);
}

/// A complaint up to its first figure.
static std::string kindOf(const Complaint &complaint) {
  return complaint.substr(0, complaint.find_first_of("0123456789"));
}

std::string forAll(mlir::MLIRContext &context, const ProgramOptions &options,
                   int count, const Property &property) {
  static bool traces = [] {
    llvm::EnablePrettyStackTrace();
    llvm::sys::PrintStackTraceOnErrorSignal("");
    return true;
  }();
  (void)traces;
  uint64_t base = runSeed(fixedSeed);
  for (int i = 0; i < count; ++i) {
    uint64_t seed = programSeed(base, i);
    llvm::PrettyStackTraceFormat crash("random program, RILL_SEED=%llu",
                                       (unsigned long long)seed);
    std::vector<uint32_t> choices;
    Complaint complaint =
        test(context, options, Choices(seed), property, choices);
    if (complaint.empty())
      continue;
    // Only complaints of the same kind count, or the smallest program might
    // show another fault, or none worth showing.
    std::string kind = kindOf(complaint);
    shrinkChoices(choices, [&](std::vector<uint32_t> &candidate) {
      std::vector<uint32_t> made;
      if (kindOf(test(context, options, Choices(candidate), property, made)) !=
          kind)
        return false;
      candidate = made;
      return true;
    });
    Program smallest = generate(context, Choices(choices), options);
    shrinkOperations(smallest,
                     [&](Program &p) { return kindOf(property(p)) == kind; });
    Program run = copyOf(smallest);
    return report(smallest, seed, property(run));
  }
  return "";
}

Complaint difference(llvm::ArrayRef<Array> a, llvm::ArrayRef<Array> b) {
  if (a.size() != b.size())
    return "another number of results";
  for (size_t r = 0; r < a.size(); ++r) {
    if (a[r].shape != b[r].shape || a[r].inv != b[r].inv)
      return "result " + std::to_string(r) + " has another shape or rate";
    for (size_t k = 0; k < a[r].data.size(); ++k) {
      double x = a[r].data[k], y = b[r].data[k];
      if (x == y || (std::isnan(x) && std::isnan(y)))
        continue;
      char text[120];
      std::snprintf(text, sizeof text, "result %zu, element %zu: %.17g, %.17g",
                    r, k, x, y);
      return text;
    }
  }
  return "";
}

} // namespace rill::lane::random
