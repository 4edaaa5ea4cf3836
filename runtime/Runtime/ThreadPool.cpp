//===- ThreadPool.cpp - Workers over fixed tasks --------------------------===//

#include "Runtime/ThreadPool.h"

#include <sched.h>
#include <system_error>

namespace rill::rt {

int hardwareThreads() {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0)
    return CPU_COUNT(&set);
  return std::max(1u, std::thread::hardware_concurrency());
}

static void relax() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

ThreadPool::ThreadPool(int workers) {
  for (int w = 1; w < workers; ++w) {
    try {
      threads.emplace_back([this, w] { workerLoop(w); });
    } catch (const std::system_error &) {
      break;
    }
  }
}

ThreadPool::~ThreadPool() {
  {
    std::lock_guard<std::mutex> lock(mutex);
    stop = true;
  }
  wake.notify_all();
  for (std::thread &thread : threads)
    thread.join();
}

void ThreadPool::drain(int64_t worker) {
  for (;;) {
    int64_t i = next.fetch_add(1, std::memory_order_relaxed);
    if (i >= total.load(std::memory_order_relaxed))
      return;
    task(env, i, worker);
  }
}

void ThreadPool::workerLoop(int64_t worker) {
  // A kernel makes several calls in a row: spinning for some microseconds
  // between them is much cheaper than sleeping.
  constexpr int spins = 4000;
  uint64_t seen = 0;
  for (;;) {
    for (int s = 0; s < spins && round.load() == seen && !stop; ++s)
      relax();
    if (round.load() == seen && !stop) {
      std::unique_lock<std::mutex> lock(mutex);
      wake.wait(lock, [&] { return round.load() != seen || stop; });
    }
    if (stop)
      return;
    seen = round.load();
    // A worker that comes late finds the round closed, and need not have been
    // waited for.
    active.fetch_add(1);
    if (open.load())
      drain(worker);
    active.fetch_sub(1);
  }
}

void ThreadPool::run(int64_t tasks, Task theTask, void *theEnv) {
  if (threads.empty() || tasks <= 1) {
    for (int64_t i = 0; i < tasks; ++i)
      theTask(theEnv, i, 0);
    return;
  }
  {
    std::lock_guard<std::mutex> lock(mutex);
    task = theTask;
    env = theEnv;
    total.store(tasks, std::memory_order_relaxed);
    next.store(0, std::memory_order_relaxed);
    open.store(true);
    round.fetch_add(1);
  }
  wake.notify_all();
  drain(0);
  open.store(false);
  for (int s = 0; active.load() != 0; ++s) {
    if (s < 20000)
      relax();
    else
      std::this_thread::yield();
  }
}

} // namespace rill::rt
