//===- Kernel.cpp - Programs and kernels that the bench runs --------------===//
//
// A program is compiled whole, as its users have it, or down to one kernel
// where many forms of it are asked for.
//
//===----------------------------------------------------------------------===//

#include "Kernel.h"

#include "Flow/IR/FlowOps.h"
#include "import/Entries.h"
#include "pipeline/Pipeline.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/Error.h"

#include <nlohmann/json.hpp>

#include <map>
#include <random>

using namespace rill;
using namespace rill::bench;
using pipeline::Compilation;
using pipeline::Stage;

static void runTo(Stage stage, Compilation &compilation) {
  if (compilation.run(stage))
    return;
  fprintf(stderr, "%s", compilation.diagnostics(false).c_str());
  exit(1);
}

static SolverSteps solversOf(mlir::ModuleOp module) {
  SolverSteps found;
  module.walk([&](flow::OdeOp ode) {
    ++found.solvers;
    found.most = ode.getSteps();
    found.chosen = ode.isAdaptive();
  });
  return found;
}

/// Loads the object of a compilation that is through.
static void loadObject(Compilation &compilation, Program &program) {
  program.code = std::make_unique<cpu::LoadedProgram>(
      llvm::cantFail(cpu::LoadedProgram::load(compilation.object())));
  program.table = *program.code->program();
}

const Program &rill::bench::compile(const std::string &path) {
  static std::map<std::string, Program> compiled;
  auto [place, isNew] = compiled.try_emplace(path);
  Program &program = place->second;
  if (!isNew)
    return program;
  Compilation compilation(path, {});
  runTo(Stage::Model, compilation);
  program.solver = solversOf(compilation.module());
  runTo(Stage::Object, compilation);
  loadObject(compilation, program);
  return program;
}

/// The plan of a program that has this kernel and nothing else.
static std::string planOf(const std::string &kernel, const char *whole) {
  auto plan = nlohmann::json::parse(whole);
  auto kernels = nlohmann::json::array();
  for (const auto &spec : plan["kernels"])
    if (spec["name"] == kernel)
      kernels.push_back(spec);
  plan["kernels"] = kernels;
  plan["init"] = "";
  for (const char *key : {"data", "dists", "trains", "checks", "tests"})
    plan[key] = nlohmann::json::array();
  return plan.dump();
}

std::unique_ptr<Program> rill::bench::compileLimited(const std::string &path,
                                                     const std::string &kernel,
                                                     int64_t tries) {
  pipeline::Options options;
  std::string why;
  options.targets = *cpu::Targets::parse("native", why);
  Compilation compilation(path, options);
  runTo(Stage::Model, compilation);
  compilation.module().walk([&](flow::OdeOp ode) {
    if (ode.isAdaptive())
      ode.setSteps(std::min<int64_t>(tries, ode.getSteps()));
  });
  auto program = std::make_unique<Program>();
  program->solver = solversOf(compilation.module());
  runTo(Stage::Lane, compilation);
  auto functions = compilation.module().getOps<mlir::func::FuncOp>();
  for (mlir::func::FuncOp function : llvm::make_early_inc_range(functions)) {
    function->removeAttr(import::alsoF64Attr);
    if (function.getName() != kernel)
      function.erase();
  }
  runTo(Stage::Object, compilation);
  loadObject(compilation, *program);
  program->metadata = planOf(kernel, program->table.metadata);
  program->table.metadata = program->metadata.c_str();
  return program;
}

std::unique_ptr<rt::Model> rill::bench::startModel(const Program &program,
                                                   int threads) {
  rt::ModelOptions options;
  options.threads = threads;
  auto model = std::make_unique<rt::Model>(program.table, options);
  KernelCall init(*model, model->plan().trains.front().init, 4096);
  init();
  rt::Params &params = model->params();
  rt::Buffer &values = params.edit();
  const auto &results = init.kernel().spec().results;
  for (size_t k = 0; k < results.size(); ++k)
    if (int p = results[k].param; p >= 0)
      std::memcpy(params.layout().at(values, p), init.results()[k],
                  size_t(results[k].width()) * sizeof(float));
  return model;
}

static std::vector<float> normalRows(int64_t count) {
  std::mt19937 engine(1);
  std::normal_distribution<float> normal;
  std::vector<float> rows(count);
  for (float &value : rows)
    value = normal(engine);
  return rows;
}

KernelCall::KernelCall(rt::Model &model, const std::string &kernel,
                       int64_t batch)
    : runner(model, *model.plan().findKernel(kernel)), batch(batch) {
  for (const rt::ArgSpec *arg : runner.inputs()) {
    inputs.push_back(normalRows(batch * arg->width()));
    in.push_back(inputs.back().data());
  }
  for (const rt::ResultSpec &result : runner.spec().results) {
    outputs.emplace_back(size_t(result.width() * (result.varying ? batch : 1)) *
                         sizeof(float));
    out.push_back(outputs.back().data());
  }
}

void KernelCall::redirect(const std::function<void *(int)> &slot) {
  const auto &results = runner.spec().results;
  for (size_t k = 0; k < results.size(); ++k)
    if (results[k].param >= 0)
      out[k] = slot(results[k].param);
}
