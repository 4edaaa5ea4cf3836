//===- Workload.cpp - What the bench measures -----------------------------===//
//
// Each measurement calls a kernel on random rows, or does whole training steps,
// as often as a budget of time allows. Programs and kernels are Kernel.h's, the
// work of a row is Work.h's.
//
//===----------------------------------------------------------------------===//

#include "Workload.h"

#include "Kernel.h"
#include "Runtime/Optimizer.h"
#include "Work.h"

#include <algorithm>
#include <chrono>

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
  all.push_back({"dopri5-d2-sample", "dopri5-d2.rill", Kind::Sample, wide});
  // The first layer's product with a basis vector is one of its columns: 8 % of
  // an evaluation with its divergence.
  all.push_back({"cnf-d6-density", "cnf-d6.rill", Kind::Density, wide, 0.92});
  all.push_back({"cnf-d6-gradient", "cnf-d6.rill", Kind::Gradient, wide, 0.92});
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

static std::string timedKernel(Kind kind, const rt::DistSpec &dist,
                               const rt::TrainSpec &train) {
  if (kind == Kind::Density || kind == Kind::Single)
    return dist.logp;
  return kind == Kind::Sample ? dist.sample : train.grad;
}

Measurement rill::bench::measure(const Workload &workload,
                                 const std::string &programs, int threads,
                                 const Work &work) {
  std::unique_ptr<rt::Model> started =
      startModel(compile(programs + "/" + workload.program), threads);
  rt::Model &model = *started;
  const rt::TrainSpec &train = model.plan().trains.front();
  const std::string kernel = timedKernel(workload.kind, model.dist(""), train);
  Measurement best;
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
    best.flops = work.flops(batch);
    best.steps = work.steps(batch);
    best.spread = times[times.size() / 2] / times.front() - 1;
  }
  return best;
}
