// Does to an untrusted model everything that a program would: verify, open, run, decode. Shared by
// the mutation tests and the fuzz target; the sanitizers watch.
#pragma once

#include <cstddef>
#include <cstdint>

#include "linnet/linnet.h"

namespace linnet::test {

struct TryLimits {
  size_t arena_bytes = size_t{8} << 20;
  uint64_t multiplications = 5'000'000;  // of one inference
};

// Multiplications (or comparisons, or values moved) of one run, and values read; 0 if the model
// does not fit this input size.
uint64_t work_of_run(const void* model, int height, int width);

struct TryResult {
  linnet_status status = LINNET_OK;  // of the first call that failed
  linnet_error error{};
  bool verified = false, opened = false, ran = false;
};

// file: 64-byte aligned. Runs at the smallest input sizes, and only asks for the arena's size at
// the native and the largest ones. A model beyond the limits is verified and sized, not run.
TryResult try_model(const void* file, size_t bytes, const TryLimits& limits = {});

}  // namespace linnet::test
