//===- main.cpp - ./dev bench ---------------------------------------------===//
//
// Compiles the programs of bench/programs in process, measures their kernels
// on one thread and on all, beside the machine's roof measured in the same
// run, and prints a table and JSON. Peers are run by bench/run.sh, which
// merges their figures. Nothing is tested here.
//
//===----------------------------------------------------------------------===//

#include "Roof.h"
#include "Workload.h"

#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <nlohmann/json.hpp>

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
  std::string share = "-"; // the work is not known before the run
  if (double known = row["roof_share"]; known > 0)
    share = fmt::format("{:.1f}", 100 * known);
  fmt::print("{:<24} {:>7} {:>6} {:>14.0f} {:>7} %",
             row["workload"].get<std::string>(), row["threads"].get<int>(),
             row["batch"].get<int64_t>(), row["per_second"].get<double>(),
             share);
  for (auto &[peer, rate] : row["peers"].items())
    fmt::print("   {:.2f} x {}",
               row["per_second"].get<double>() / rate.get<double>(), peer);
  fmt::print("\n");
  std::fflush(stdout);
}

int main(int argc, char **argv) {
  CLI::App app("Measures Rill's kernels beside this machine's roof.",
               "dev bench");
  std::vector<std::string> names;
  std::string json, peersFile, programs = RILL_BENCH_PROGRAMS;
  app.add_option("names", names,
                 "workloads (all by default): realnvp-d6-density, ...");
  app.add_option("--json", json, "write the rows as JSON");
  app.add_option("--peer-rows", peersFile,
                 "figures of peers, one JSON object a line");
  app.add_option("--programs", programs, "folder of the programs");
  int64_t batch = 0;
  app.add_option("--batch", batch, "this batch only, instead of the best");
  bool list = false;
  app.add_flag("--list", list, "names of the workloads");
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

  Peers peers = peersFile.empty() ? Peers() : readPeers(peersFile);
  nlohmann::json rows = nlohmann::json::array();
  std::vector<int> counts = {1};
  if (int all = availableCpus(); all > 1)
    counts.push_back(all);
  for (int threads : counts) {
    double roof = measureRoof(threads);
    fmt::print("{} thread{}: roof {:.1f} GFLOP/s (f32 FMA)\n", threads,
               threads > 1 ? "s" : "", roof * 1e-9);
    for (const Workload &workload : workloads()) {
      if (!names.empty() &&
          std::find(names.begin(), names.end(), workload.name) == names.end())
        continue;
      Workload measured = workload;
      if (batch > 0 && workload.kind != Workload::Kind::Single)
        measured.batches = {batch};
      Measurement m = measure(measured, programs, threads);
      nlohmann::json row = {{"workload", workload.name},
                            {"threads", threads},
                            {"batch", m.batch},
                            {"per_second", m.perSecond},
                            {"flops_per_sample", m.flops},
                            {"roof_gflops", roof * 1e-9},
                            {"roof_share", m.flops * m.perSecond / roof},
                            {"spread", m.spread},
                            {"peers", nlohmann::json::object()}};
      if (auto it = peers.find({workload.name, threads}); it != peers.end())
        row["peers"] = it->second;
      printRow(row);
      rows.push_back(row);
    }
  }
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
