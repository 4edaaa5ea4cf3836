//===- main.cpp - ./dev bench ---------------------------------------------===//
//
// Compiles the programs of bench/programs in process, measures their kernels
// on one thread and on all, beside the machine's roof measured in the same
// run, and prints a table and JSON. Peers are run by bench/run.sh, which
// merges their figures. Nothing is tested here.
//
//===----------------------------------------------------------------------===//

#include "Kernel.h"
#include "Roof.h"
#include "Runtime/ParamsFile.h"
#include "Work.h"
#include "Workload.h"

#include "llvm/ADT/STLExtras.h"

#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <map>
#include <sched.h>

using namespace rill::bench;

/// Peers' figures: (workload, threads) -> peer -> samples per second, from the
/// JSON lines that bench/peers write.
using Peers = std::map<std::pair<std::string, int>, nlohmann::json>;

static Peers readPeers(const std::string &path) {
  Peers peers;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] != '{')
      continue;
    auto row = nlohmann::json::parse(line);
    peers[{row["workload"], row["threads"]}][row["peer"]] = row["per_second"];
  }
  return peers;
}

static int availableCpus() {
  cpu_set_t set;
  sched_getaffinity(0, sizeof set, &set);
  return CPU_COUNT(&set);
}

static void printRow(const nlohmann::json &row) {
  fmt::print("{:<24} {:>7} {:>6} {:>14.0f} {:>7.1f} %",
             row["workload"].get<std::string>(), row["threads"].get<int>(),
             row["batch"].get<int64_t>(), row["per_second"].get<double>(),
             100 * row["roof_share"].get<double>());
  if (double steps = row["solver_steps"]; steps > 0)
    fmt::print("   {:.1f} steps", steps);
  for (auto &[peer, rate] : row["peers"].items())
    fmt::print("   {:.2f} x {}",
               row["per_second"].get<double>() / rate.get<double>(), peer);
  fmt::print("\n");
  std::fflush(stdout);
}

/// What a sample of `workload` costs, without a measurement.
static void printWork(const Workload &workload, const Work &work,
                      int64_t rows) {
  fmt::print("{:<24} {:>12.0f} FLOP", workload.name, work.flops(rows));
  if (work.steps(rows) > 0)
    fmt::print(", {:.2f} steps ({:.0f} to {:.0f})", work.steps(rows),
               work.leastSteps(), work.mostSteps());
  fmt::print("\n");
}

/// The parameters that `workload` is measured with, for peers whose work
/// depends on them: FOLDER/euler-d2.safetensors.
static void writeStart(const Workload &workload, const std::string &programs,
                       const std::string &folder) {
  namespace fs = std::filesystem;
  auto model = startModel(compile(programs + "/" + workload.program), 1);
  fs::path file = fs::path(folder) / workload.program;
  rill::rt::saveParams(file.replace_extension("safetensors").string(),
                       model->plan(), model->params(), {});
}

/// The workloads of these names (all, if none), on `batch` rows if it is given.
static std::vector<Workload> choose(const std::vector<std::string> &names,
                                    int64_t batch) {
  std::vector<Workload> chosen;
  for (Workload workload : workloads()) {
    if (!names.empty() && !llvm::is_contained(names, workload.name))
      continue;
    if (batch > 0 && workload.kind != Workload::Kind::Single)
      workload.batches = {batch};
    chosen.push_back(workload);
  }
  return chosen;
}

static nlohmann::json measureAll(const std::vector<Workload> &chosen,
                                 const std::vector<Work> &works,
                                 const std::string &programs,
                                 const Peers &peers) {
  nlohmann::json rows = nlohmann::json::array();
  std::vector<int> counts = {1};
  if (int all = availableCpus(); all > 1)
    counts.push_back(all);
  for (int threads : counts) {
    double roof = measureRoof(threads);
    fmt::print("{} thread{}: roof {:.1f} GFLOP/s (f32 FMA)\n", threads,
               threads > 1 ? "s" : "", roof * 1e-9);
    for (size_t i = 0; i < chosen.size(); ++i) {
      const std::string &name = chosen[i].name;
      Measurement m = measure(chosen[i], programs, threads, works[i]);
      nlohmann::json row = {{"workload", name},
                            {"threads", threads},
                            {"batch", m.batch},
                            {"per_second", m.perSecond},
                            {"flops_per_sample", m.flops},
                            {"solver_steps", m.steps},
                            {"roof_gflops", roof * 1e-9},
                            {"roof_share", m.flops * m.perSecond / roof},
                            {"spread", m.spread},
                            {"peers", nlohmann::json::object()}};
      if (auto it = peers.find({name, threads}); it != peers.end())
        row["peers"] = it->second;
      printRow(row);
      rows.push_back(row);
    }
  }
  return rows;
}

int main(int argc, char **argv) {
  CLI::App app("Measures Rill's kernels beside this machine's roof.",
               "dev bench");
  std::vector<std::string> names;
  std::string json, peersFile, starts, programs = RILL_BENCH_PROGRAMS;
  int64_t batch = 0;
  bool list = false, countOnly = false;
  app.add_option("names", names,
                 "workloads (all by default): realnvp-d6-density, ...");
  app.add_option("--json", json, "write the rows as JSON");
  app.add_option("--peer-rows", peersFile,
                 "figures of peers, one JSON object a line");
  app.add_option("--programs", programs, "folder of the programs");
  app.add_option("--batch", batch, "this batch only, instead of the best");
  app.add_flag("--list", list, "names of the workloads");
  app.add_flag("--work", countOnly, "only count what a sample costs");
  app.add_option("--starts", starts,
                 "only write the programs' starting parameters to this folder");
  CLI11_PARSE(app, argc, argv);

  if (list) {
    for (const Workload &workload : workloads())
      fmt::print("{}\n", workload.name);
    return 0;
  }
  for (const std::string &name : names)
    if (!findWorkload(name)) {
      fmt::print(stderr,
                 "error: no workload '{}'; dev bench --list names them\n",
                 name);
      return 2;
    }
  const std::vector<Workload> chosen = choose(names, batch);
  if (!starts.empty()) {
    for (const Workload &workload : chosen)
      writeStart(workload, programs, starts);
    return 0;
  }

  // Counted before anything is timed: the same for any number of threads.
  std::vector<Work> works;
  for (const Workload &workload : chosen) {
    int64_t rows = workload.batches.back();
    works.emplace_back(workload, programs, rows);
    if (countOnly)
      printWork(workload, works.back(), rows);
  }
  if (countOnly)
    return 0;

  Peers peers = peersFile.empty() ? Peers() : readPeers(peersFile);
  nlohmann::json rows = measureAll(chosen, works, programs, peers);
  if (!json.empty()) {
    std::ofstream file(json);
    file << rows.dump(1) << "\n";
    if (!file.flush()) {
      fmt::print(stderr, "error: cannot write '{}'\n", json);
      return 1;
    }
  }
  return 0;
}
