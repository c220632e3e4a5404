#include "host/thread_pool.h"

#include <stdexcept>
#include <string>

namespace linnet::host {

ThreadPool::ThreadPool(int threads) {
  if (threads < 1 || threads > LINNET_MAX_THREADS) {
    throw std::runtime_error("threads: expected 1 to " + std::to_string(LINNET_MAX_THREADS) +
                             ", found " + std::to_string(threads));
  }
  try {
    for (int worker = 1; worker < threads; ++worker) {
      workers_.emplace_back([this, worker] { work(worker); });
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
  for (std::thread& thread : workers_) thread.join();
}

void ThreadPool::work(int worker) {
  uint32_t seen = 0;
  while (true) {
    generation_.wait(seen);
    seen = generation_;
    if (stop_) return;
    ++inside_;
    take_items(worker);
    if (--inside_ == 0) inside_.notify_one();
  }
}

void ThreadPool::take_items(int worker) {
  // Whoever gets an index below kClosed did so while the loop was open, and run() waits for it.
  for (int i; (i = next_.fetch_add(1)) < kClosed && i < count_;) task_(context_, i, worker);
}

void ThreadPool::run(int count, linnet_task task, void* context) {
  task_ = task;
  context_ = context;
  count_ = count;
  next_ = 0;
  if (count > 1 && !workers_.empty()) {
    ++generation_;
    generation_.notify_all();
  }
  take_items(0);
  next_ = kClosed;
  for (int busy; (busy = inside_) != 0;) inside_.wait(busy);
}

void ThreadPool::parallel_for(void* pool, int count, linnet_task task, void* context) {
  static_cast<ThreadPool*>(pool)->run(count, task, context);
}

}  // namespace linnet::host
