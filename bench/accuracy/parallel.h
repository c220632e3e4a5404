// A loop on the threads of a pool whose body may throw.
#pragma once

#include <cstddef>
#include <functional>

#include "host/thread_pool.h"

namespace linnet::bench::accuracy {

// Runs task(index, worker) for every index below `count` (see host::ThreadPool). After an exception
// no further index is begun; the one of the lowest index is thrown again here.
void parallel_for(host::ThreadPool* pool, size_t count,
                  const std::function<void(size_t index, int worker)>& task);

}  // namespace linnet::bench::accuracy
