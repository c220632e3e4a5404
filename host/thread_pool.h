// A pool of threads that runs the engine's parallel loops: an implementation of linnet_parallel_for
// for programs that have std::thread.
//
//   ThreadPool pool(4);
//   config.threads = pool.threads();
//   config.parallel_for = ThreadPool::parallel_for;
//   config.pool = &pool;
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <thread>
#include <vector>

#include "linnet/linnet.h"

namespace linnet::host {

// Indices are dealt out in equal runs: thread t of n takes those from count * t / n on, in every
// loop. So what one loop of a network wrote, the next finds in the cache of the same core. A thread
// that is done helps the others, so that a core that is slow or busy does not hold them up; which
// cores to use at all: host/cores.h. Between loops a thread spins for some time before it sleeps:
// waking it would take longer than many steps of a network.
//
// One loop runs at a time: the pool belongs to one session, or to sessions that take turns.
class ThreadPool {
 public:
  // Longer than decoding and letterboxing take between two pictures.
  static constexpr std::chrono::microseconds kSpin{400};

  // threads: 1 to LINNET_MAX_THREADS, with the caller of run(), which works too; std::runtime_error
  // otherwise, and if the system refuses to start them. spin: how long a thread without work looks
  // for more before it sleeps (parks); 0 parks at once.
  explicit ThreadPool(int threads, std::chrono::microseconds spin = kSpin);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int threads() const { return static_cast<int>(workers_.size()) + 1; }

  // Runs task(context, i, worker) for every i in [0, count), each once, and returns when all are
  // done. worker is in [0, threads()); 0 is the calling thread. The task must not throw.
  void run(int count, linnet_task task, void* context);
  // run() in the form of linnet_parallel_for; `pool` is a ThreadPool.
  static void parallel_for(void* pool, int count, linnet_task task, void* context);

 private:
  // A worker's own part of a loop. Others help when they have done theirs.
  struct alignas(64) Share {
    std::atomic<int> next{kClosed};
    int end = 0;
  };

  void stop();
  void work(int worker);
  void take_items(int worker);
  template <typename Done>
  bool spin_until(const Done& done) const;
  void wait_for_loop(uint32_t seen) const;
  void wait_for_workers() const;

  // Between loops a share's next index is so large that a worker who comes late takes nothing and
  // reads nothing of the loop.
  static constexpr int kClosed = 1 << 30;

  const std::chrono::microseconds spin_;

  // The loop being run. Written only while all shares are closed and no worker is inside.
  linnet_task task_ = nullptr;
  void* context_ = nullptr;
  std::vector<Share> shares_;  // one for each thread

  std::atomic<int> inside_{0};           // workers that may hold an index
  std::atomic<uint32_t> generation_{0};  // counts loops; workers sleep on it
  std::atomic<bool> stop_{false};
  std::vector<std::jthread> workers_;
};

}  // namespace linnet::host
