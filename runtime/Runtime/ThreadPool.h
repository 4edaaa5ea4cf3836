//===- ThreadPool.h - Workers over fixed tasks ------------------*- C++ -*-===//
//
// A pool that runs task(env, i, worker) for every i of a fixed range. Which
// worker takes which task is not fixed; what a task computes must not depend
// on it. One call at a time; no nesting.
//
//===----------------------------------------------------------------------===//
#ifndef RILL_RUNTIME_THREADPOOL_H
#define RILL_RUNTIME_THREADPOOL_H

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

namespace rill::rt {

class ThreadPool {
public:
  using Task = void (*)(void *env, int64_t i, int64_t worker);

  /// `workers` >= 1 counts the calling thread. Threads that the system does
  /// not grant are done without.
  explicit ThreadPool(int workers);
  ~ThreadPool();
  ThreadPool(const ThreadPool &) = delete;
  ThreadPool &operator=(const ThreadPool &) = delete;

  int workers() const { return int(threads.size()) + 1; }

  /// Runs every task and returns when all are done.
  void run(int64_t tasks, Task task, void *env);

  /// run() for a callable f(i, worker).
  template <typename F> void forEach(int64_t tasks, F &&f) {
    run(
        tasks,
        [](void *env, int64_t i, int64_t worker) {
          (*static_cast<std::remove_reference_t<F> *>(env))(i, worker);
        },
        &f);
  }

  /// The `parallel` callback of RillCall; `pool` is a ThreadPool.
  static void parallel(void *pool, int64_t tasks, Task task, void *env) {
    static_cast<ThreadPool *>(pool)->run(tasks, task, env);
  }

private:
  void workerLoop(int64_t worker);
  void drain(int64_t worker);

  std::vector<std::thread> threads;
  std::mutex mutex;
  std::condition_variable wake;
  std::atomic<uint64_t> round{0};
  std::atomic<int64_t> next{0}, total{0}, active{0};
  std::atomic<bool> open{false}, stop{false};
  Task task = nullptr;
  void *env = nullptr;
};

/// Threads that this process may run on (its affinity mask).
int hardwareThreads();

} // namespace rill::rt
#endif
