//===- Workload.cpp - What the bench measures -----------------------------===//
//
// Each measurement compiles its program as a user's build would, loads the
// object into this process and calls the kernel on random rows. Parameters are
// those that the program starts training from.
//
//===----------------------------------------------------------------------===//

#include "Workload.h"

#include "Runtime/Error.h"
#include "Runtime/Model.h"
#include "Runtime/Optimizer.h"
#include "codegen/cpu/Jit.h"
#include "pipeline/Pipeline.h"

#include "llvm/Support/Error.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <random>

using namespace rill;
using namespace rill::bench;
using Kind = Workload::Kind;

static std::vector<Workload> makeWorkloads() {
  std::vector<Workload> all;
  const std::vector<int64_t> wide = {256, 1024, 4096, 16384};
  for (const char *shape : {"realnvp-d6", "realnvp-d64", "spline-d6"}) {
    std::string name = shape, program = name + ".rill";
    all.push_back({name + "-density", program, Kind::Density, wide});
    all.push_back({name + "-gradient", program, Kind::Gradient, wide});
    all.push_back({name + "-train", program, Kind::Train, {256, 4096}});
    all.push_back({name + "-single", program, Kind::Single, {1}});
  }
  for (const char *shape : {"maf-d6", "maf-d64"}) {
    std::string name = shape, program = name + ".rill";
    all.push_back({name + "-density", program, Kind::Density, wide});
    // A unit reads the half of the layer before that has a smaller degree.
    all.push_back({name + "-sample", program, Kind::Sample, wide, 0.5});
  }
  all.push_back({"euler-d2-sample", "euler-d2.rill", Kind::Sample, wide});
  // How many steps are taken depends on the sample.
  all.push_back({"cnf-d6-density", "cnf-d6.rill", Kind::Density, wide, 0});
  all.push_back({"cnf-d6-gradient", "cnf-d6.rill", Kind::Gradient, wide, 0});
  // Half of the scores and of their use are behind the causal mask: 2 %.
  all.push_back({"attention-density",
                 "attention.rill",
                 Kind::Density,
                 {64, 256, 1024, 4096},
                 0.98});
  return all;
}

const std::vector<Workload> &rill::bench::workloads() {
  static const std::vector<Workload> all = makeWorkloads();
  return all;
}

const Workload *rill::bench::findWorkload(const std::string &name) {
  for (const Workload &workload : workloads())
    if (workload.name == name)
      return &workload;
  return nullptr;
}

/// Seconds of each run: one to warm up, then repeats within the budget.
static std::vector<double> timeRuns(const std::function<void()> &run) {
  using Clock = std::chrono::steady_clock;
  constexpr double budget = 1.5;
  constexpr size_t least = 7;
  auto seconds = [](Clock::duration d) {
    return std::chrono::duration<double>(d).count();
  };
  run();
  std::vector<double> times;
  auto start = Clock::now();
  while (times.size() < least || seconds(Clock::now() - start) < budget) {
    auto t = Clock::now();
    run();
    times.push_back(seconds(Clock::now() - t));
  }
  std::sort(times.begin(), times.end());
  return times;
}

/// A compiled and loaded program with its starting parameters.
struct Loaded {
  std::optional<cpu::LoadedProgram> code;
  std::unique_ptr<rt::Model> model;
};

static Loaded load(const std::string &path, int threads) {
  pipeline::Compilation compilation(path, {});
  if (!compilation.run(pipeline::Stage::Object)) {
    fprintf(stderr, "%s", compilation.diagnostics(false).c_str());
    exit(1);
  }
  Loaded loaded;
  loaded.code = llvm::cantFail(cpu::LoadedProgram::load(compilation.object()));
  rt::ModelOptions options;
  options.threads = threads;
  loaded.model = std::make_unique<rt::Model>(*loaded.code->program(), options);
  return loaded;
}

static std::vector<float> normalRows(int64_t count) {
  std::mt19937 engine(1);
  std::normal_distribution<float> normal;
  std::vector<float> rows(count);
  for (float &value : rows)
    value = normal(engine);
  return rows;
}

/// Runs one kernel on `batch` random rows with outputs of the right size.
class KernelCall {
public:
  KernelCall(rt::Model &model, const std::string &kernel, int64_t batch)
      : runner(model, *model.plan().findKernel(kernel)), batch(batch) {
    for (const rt::ArgSpec *arg : runner.inputs()) {
      inputs.push_back(normalRows(batch * arg->width()));
      in.push_back(inputs.back().data());
    }
    for (const rt::ResultSpec &result : runner.spec().results) {
      outputs.emplace_back(
          size_t(result.width() * (result.varying ? batch : 1)) *
          sizeof(float));
      out.push_back(outputs.back().data());
    }
  }
  void operator()() { runner.run(in, out, {batch}); }
  const rt::Runner &kernel() const { return runner; }
  const std::vector<void *> &results() const { return out; }
  /// Lets results of parameters go to other memory.
  void redirect(const std::function<void *(int)> &slot) {
    const auto &results = runner.spec().results;
    for (size_t k = 0; k < results.size(); ++k)
      if (results[k].param >= 0)
        out[k] = slot(results[k].param);
  }

private:
  rt::Runner runner;
  int64_t batch;
  std::vector<std::vector<float>> inputs;
  std::vector<const void *> in;
  std::vector<rt::Buffer> outputs;
  std::vector<void *> out;
};

/// Copies what the init kernel returns into the model's parameters.
static void initialise(rt::Model &model, const rt::TrainSpec &train) {
  KernelCall init(model, train.init, 4096);
  init();
  rt::Params &params = model.params();
  rt::Buffer &values = params.edit();
  const auto &results = init.kernel().spec().results;
  for (size_t k = 0; k < results.size(); ++k)
    if (int p = results[k].param; p >= 0)
      std::memcpy(params.layout().at(values, p), init.results()[k],
                  size_t(results[k].width()) * sizeof(float));
}

/// The optimiser's part of a training step, on the gradient a kernel returned.
class TrainingStep {
public:
  TrainingStep(rt::Model &model, const rt::TrainSpec &train)
      : model(model), layout(model.params().layout()),
        optimizer(layout, train.params, train, model.pool()),
        state(optimizer.initialState(model.params().values())),
        gradient(layout.bytes()) {}

  /// Where the gradient kernel puts parameter `param`.
  void *slot(int param) { return layout.at(gradient, param); }
  void update() {
    double norm = optimizer.norm(gradient);
    optimizer.step(step++, gradient, norm, model.params().edit(), state);
  }

private:
  rt::Model &model;
  const rt::Layout &layout;
  rt::Optimizer optimizer;
  rt::OptimizerState state;
  rt::Buffer gradient;
  int64_t step = 0;
};

Measurement rill::bench::measure(const Workload &workload,
                                 const std::string &programs, int threads) {
  Loaded loaded = load(programs + "/" + workload.program, threads);
  rt::Model &model = *loaded.model;
  const rt::TrainSpec &train = model.plan().trains.front();
  initialise(model, train);

  const rt::DistSpec &dist = model.dist("");
  bool density =
      workload.kind == Kind::Density || workload.kind == Kind::Single;
  bool sample = workload.kind == Kind::Sample;
  const std::string &kernel = density  ? dist.logp
                              : sample ? dist.sample
                                       : train.grad;
  // A solver's sampler needs no divergence; the inverse of a masked network is
  // counted on its density's pass.
  bool own = sample && workload.needed == 1;
  Measurement best;
  best.flops = model.plan().findKernel(own ? dist.sample : dist.logp)->flops *
               workload.needed * (density || sample ? 1 : 3);
  for (int64_t batch : workload.batches) {
    KernelCall call(model, kernel, batch);
    std::function<void()> run = [&] { call(); };
    std::unique_ptr<TrainingStep> step;
    if (workload.kind == Kind::Train) {
      step = std::make_unique<TrainingStep>(model, train);
      call.redirect([&](int param) { return step->slot(param); });
      run = [&] {
        call();
        step->update();
      };
    }
    std::vector<double> times = timeRuns(run);
    double perSecond = batch / times.front();
    if (perSecond <= best.perSecond)
      continue;
    best.batch = batch;
    best.perSecond = perSecond;
    best.spread = times[times.size() / 2] / times.front() - 1;
  }
  return best;
}
