#include "host/thread_pool.h"

#include <stdexcept>
#include <string>

#include "host/start_thread.h"

namespace linnet::host {

namespace {

// A pause that leaves the core's resources to others. On ARM `yield` does nothing on most cores;
// `isb` waits until the pipeline is empty.
void relax() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("isb");
#elif defined(__arm__)
  __asm__ volatile("yield");
#endif
}

}  // namespace

ThreadPool::ThreadPool(int threads, std::chrono::microseconds spin) : spin_(spin) {
  if (threads < 1 || threads > LINNET_MAX_THREADS) {
    throw std::runtime_error("threads: expected 1 to " + std::to_string(LINNET_MAX_THREADS) +
                             ", found " + std::to_string(threads));
  }
  shares_ = std::vector<Share>(static_cast<size_t>(threads));
  // So that nothing can fail between the start of a thread and its place in the list, where stop()
  // finds it.
  workers_.reserve(static_cast<size_t>(threads) - 1);
  try {
    for (int worker = 1; worker < threads; ++worker) {
      workers_.push_back(start_thread([this, worker] { work(worker); }));
    }
  } catch (...) {
    stop();
    throw;
  }
}

ThreadPool::~ThreadPool() {
  stop();
}

void ThreadPool::stop() {
  stop_ = true;
  ++generation_;
  generation_.notify_all();
  for (std::jthread& thread : workers_) thread.join();
}

void ThreadPool::work(int worker) {
  uint32_t seen = 0;
  while (true) {
    wait_for_loop(seen);
    seen = generation_;
    if (stop_) return;
    ++inside_;
    take_items(worker);
    if (--inside_ == 0) inside_.notify_one();
  }
}

// True as soon as `done` holds, false if it did not for the time of spinning.
template <typename Done>
bool ThreadPool::spin_until(const Done& done) const {
  constexpr int kLooksBetweenClocks = 32;
  const auto end = std::chrono::steady_clock::now() + spin_;
  do {
    for (int i = 0; i < kLooksBetweenClocks; ++i) {
      if (done()) return true;
      relax();
    }
  } while (std::chrono::steady_clock::now() < end);
  return false;
}

void ThreadPool::wait_for_loop(uint32_t seen) const {
  if (!spin_until([&] { return generation_ != seen; })) generation_.wait(seen);
}

void ThreadPool::wait_for_workers() const {
  if (spin_until([&] { return inside_ == 0; })) return;
  for (int busy; (busy = inside_) != 0;) inside_.wait(busy);
}

void ThreadPool::take_items(int worker) {
  // Whoever gets an index below kClosed did so while the loop was open, and run() waits for it.
  const size_t count = shares_.size();
  for (size_t k = 0; k < count; ++k) {
    Share& share = shares_[(static_cast<size_t>(worker) + k) % count];
    for (int i; (i = share.next.fetch_add(1)) < kClosed && i < share.end;)
      task_(context_, i, worker);
  }
}

void ThreadPool::run(int count, linnet_task task, void* context) {
  task_ = task;
  context_ = context;
  const auto threads = static_cast<int64_t>(shares_.size());
  for (int64_t t = 0; t < threads; ++t) {
    Share& share = shares_[static_cast<size_t>(t)];
    share.end = static_cast<int>(count * (t + 1) / threads);
    share.next = static_cast<int>(count * t / threads);
  }
  if (count > 1 && !workers_.empty()) {
    ++generation_;
    generation_.notify_all();
  }
  take_items(0);
  for (Share& share : shares_) share.next = kClosed;
  wait_for_workers();
}

void ThreadPool::parallel_for(void* pool, int count, linnet_task task, void* context) {
  static_cast<ThreadPool*>(pool)->run(count, task, context);
}

}  // namespace linnet::host
