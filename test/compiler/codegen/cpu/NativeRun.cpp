//===- NativeRun.cpp - Compiling and calling tile programs in tests -------===//
//
// See NativeRun.h.
//
//===----------------------------------------------------------------------===//
#include "NativeRun.h"

#include "gtest/gtest.h"

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <thread>

using namespace rill;
using namespace rill::test;

static constexpr size_t guardBytes = 256;

Scratch::Scratch(size_t bytes) : bytes(bytes) {
  size_t whole = (bytes + guardBytes + 63) / 64 * 64;
  memory = std::aligned_alloc(64, whole);
  std::memset(memory, 0xFF, whole);
}

Scratch::~Scratch() { std::free(memory); }

bool Scratch::intact() const {
  const auto *end = static_cast<const unsigned char *>(memory) + bytes;
  for (size_t i = 0; i < guardBytes; ++i)
    if (end[i] != 0xFF)
      return false;
  return true;
}

std::optional<NativeProgram> NativeProgram::compile(mlir::ModuleOp module,
                                                    cpu::Targets targets) {
  auto object = cpu::compileTilePrograms(module, {targets, "{}"});
  if (mlir::failed(object)) {
    ADD_FAILURE() << "compilation failed";
    return std::nullopt;
  }
  auto loaded = cpu::LoadedProgram::load(*object);
  if (!loaded) {
    ADD_FAILURE() << llvm::toString(loaded.takeError());
    return std::nullopt;
  }
  return NativeProgram(std::move(*loaded), *object, targets);
}

std::vector<cpu::Isa> NativeProgram::isas() const {
  std::vector<cpu::Isa> found;
  for (cpu::Isa isa : targets.list())
    if (cpu::hostHas(isa))
      found.push_back(isa);
  return found;
}

/// RillCall.parallel on fresh threads that take tasks from a counter.
static void runParallel(void *pool, int64_t tasks,
                        void (*task)(void *, int64_t, int64_t), void *env) {
  int workers = *static_cast<int *>(pool);
  std::atomic<int64_t> next = 0;
  std::vector<std::thread> threads;
  for (int worker = 0; worker < workers; ++worker)
    threads.emplace_back([&, worker] {
      for (int64_t i; (i = next++) < tasks;)
        task(env, i, worker);
    });
  for (std::thread &thread : threads)
    thread.join();
}

int32_t NativeProgram::run(llvm::StringRef name, cpu::Isa isa,
                           const std::vector<const void *> &in,
                           const std::vector<void *> &out,
                           const CallOptions &options) const {
  const RillKernel *kernel = loaded.kernel(name);
  if (!kernel) {
    ADD_FAILURE() << "no kernel " << name.str();
    return -1;
  }
  int index = static_cast<int>(isa), workers = options.workers;
  Scratch workspace(kernel->workspace[index](options.batch, workers));
  Scratch prepared(kernel->prepared_bytes);
  RillCall call{};
  call.in = in.data();
  call.out = out.data();
  call.batch = options.batch;
  call.seed = options.seed;
  call.step = options.step;
  call.first_sample = options.firstSample;
  call.workspace = workspace.data();
  call.prepared = prepared.data();
  call.workers = workers;
  call.parallel = workers > 1 ? runParallel : nullptr;
  call.pool = &workers;
  int32_t status = kernel->run[index](&call);
  EXPECT_TRUE(workspace.intact()) << "wrote beyond the workspace";
  EXPECT_TRUE(prepared.intact()) << "wrote beyond the prepared memory";
  return status;
}
