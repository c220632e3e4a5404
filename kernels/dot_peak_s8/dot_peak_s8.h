// dot_peak_s8: a loop of independent sums of int8 products, the yardstick of the int8 benchmarks:
// what fma_peak is for floats.
#pragma once

#include "kernels/base.h"

namespace linnet {

// Runs `rounds` rounds of `macs` multiply-adds; returns a value that depends on all of them.
using DotPeakS8 = int32_t (*)(int rounds);

struct DotPeakS8Variant {
  const char* name;
  uint32_t features;
  int macs;  // multiply-adds of one round
  DotPeakS8 function;
};

const DotPeakS8Variant* dot_peak_s8_variants(int* count);
const DotPeakS8Variant& dot_peak_s8_select(uint32_t features);

}  // namespace linnet
