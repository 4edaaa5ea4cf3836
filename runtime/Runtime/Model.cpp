//===- Model.cpp - A loaded program ---------------------------------------===//

#include "Runtime/Model.h"
#include "Runtime/Cpu.h"
#include "Runtime/Error.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace rill::rt {

static Plan planOf(const RillProgram &program) {
  if (program.abi_version != RILL_ABI_VERSION)
    throw Error(fmt::format("the program uses version {} of Rill's kernel "
                            "interface, this runtime version {}",
                            program.abi_version, RILL_ABI_VERSION),
                "it was built by another version of Rill", "build it again");
  return parsePlan(program.metadata);
}

Model::Model(const RillProgram &program, const ModelOptions &options)
    : thePlan(planOf(program)), program(program),
      theIsa(chooseIsa(program, detectCpu(), options.isa)),
      theParams(thePlan.params, thePlan.type()),
      threads(options.threads > 0 ? options.threads : hardwareThreads()) {
  for (const KernelSpec &spec : thePlan.kernels)
    code(spec);
}

const RillKernel &Model::code(const KernelSpec &spec) const {
  for (int k = 0; k < program.kernel_count; ++k)
    if (spec.name == program.kernels[k].name)
      return program.kernels[k];
  throw internalError("the program has no kernel '" + spec.name + "'");
}

const KernelSpec *Model::doubleKernel(const std::string &name) const {
  if (const KernelSpec *spec = thePlan.findKernel(name + "@f64"))
    return spec;
  const KernelSpec *spec = thePlan.findKernel(name);
  return spec && spec->precision == "f64" ? spec : nullptr;
}

void Model::setDefault(const std::string &dist, const std::string &condition,
                       double value) {
  for (DistSpec &spec : thePlan.dists)
    for (Condition &c : spec.conditions)
      if (spec.name == dist && c.field.name == condition)
        c.value = value;
}

const DistSpec &Model::dist(const std::string &name) const {
  const std::string wanted = name.empty() ? thePlan.main : name;
  if (const DistSpec *dist = thePlan.findDist(wanted))
    return *dist;
  std::vector<std::string> names;
  for (const DistSpec &dist : thePlan.dists)
    if (!dist.ofChecks())
      names.push_back(dist.name);
  if (wanted.empty() && names.size() == 1)
    return *thePlan.findDist(names[0]);
  if (wanted.empty())
    throw Error("the program has no main distribution",
                fmt::format("it has {}",
                            names.empty()
                                ? "no distribution"
                                : fmt::format("{}", fmt::join(names, ", "))),
                "name one with --dist, or write 'main NAME' in the program");
  throw Error(
      fmt::format("no distribution '{}'{}", wanted, didYouMean(wanted, names)),
      fmt::format("the program has {}", fmt::join(names, ", ")));
}

Runner::Runner(Model &model, const KernelSpec &spec, const Params *params)
    : model(model), kernel(spec), code(model.code(spec)),
      source(params ? params : &model.params()),
      converted(std::vector<ParamSpec>(), Type::F32), seen(0),
      pointers(spec.args.size()),
      prepared(size_t(std::max<int64_t>(code.prepared_bytes, 0))) {
  for (const ArgSpec &arg : kernel.args) {
    if (arg.role == "param")
      convert = convert || arg.type != source->type();
    else
      varying.push_back(&arg);
    if (arg.role == "scalar")
      throw internalError(fmt::format("kernel '{}' needs a value for '{}'",
                                      kernel.name, arg.name));
  }
}

void Runner::refreshParams() {
  if (convert)
    converted = source->as(source->type() == Type::F32 ? Type::F64 : Type::F32);
  const Params &params = convert ? converted : *source;
  for (size_t a = 0; a < kernel.args.size(); ++a)
    if (kernel.args[a].role == "param")
      pointers[a] = params.array(kernel.args[a].param);
}

void Runner::run(const std::vector<const void *> &in,
                 const std::vector<void *> &out, const CallKey &key) {
  const bool fresh = seen == 0 || seen != source->version() + 1;
  if (fresh)
    refreshParams();
  size_t next = 0;
  for (size_t a = 0; a < kernel.args.size(); ++a)
    if (kernel.args[a].role != "param")
      pointers[a] = in[next++];
  const int workers = model.pool().workers();
  if (key.batch != workspaceBatch) {
    workspace.atLeast(size_t(code.workspace[model.isa()](key.batch, workers)));
    workspaceBatch = key.batch;
  }
  RillCall call{};
  call.in = pointers.data();
  call.out = out.data();
  call.batch = key.batch;
  call.seed = key.seed;
  call.step = key.step;
  call.first_sample = key.firstSample;
  call.workspace = workspace.data();
  call.prepared = prepared.data();
  call.prepared_valid = !fresh;
  call.workers = workers;
  call.parallel = workers > 1 ? ThreadPool::parallel : nullptr;
  call.pool = &model.pool();
  const int32_t status = code.run[model.isa()](&call);
  if (status != 0)
    throw Error(
        fmt::format("kernel '{}' failed with status {}", kernel.name, status));
  seen = source->version() + 1;
}

} // namespace rill::rt
