#include "bench/accuracy/parallel.h"

#include <atomic>
#include <exception>
#include <mutex>

namespace linnet::bench::accuracy {
namespace {

struct Loop {
  const std::function<void(size_t, int)>& task;
  std::atomic<bool> failed = false;
  std::mutex mutex;
  size_t failed_index = SIZE_MAX;
  std::exception_ptr error;
};

void run_one(void* context, int index, int worker) {
  auto* loop = static_cast<Loop*>(context);
  if (loop->failed) return;
  const auto i = static_cast<size_t>(index);
  try {
    loop->task(i, worker);
  } catch (...) {
    const std::lock_guard lock(loop->mutex);
    if (i < loop->failed_index) {
      loop->failed_index = i;
      loop->error = std::current_exception();
    }
    loop->failed = true;
  }
}

}  // namespace

void parallel_for(host::ThreadPool* pool, size_t count,
                  const std::function<void(size_t index, int worker)>& task) {
  Loop loop{.task = task, .mutex = {}, .error = nullptr};
  pool->run(static_cast<int>(count), run_one, &loop);
  if (loop.error != nullptr) std::rethrow_exception(loop.error);
}

}  // namespace linnet::bench::accuracy
