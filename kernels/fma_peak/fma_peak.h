// fma_peak: a loop of independent multiply-adds, the yardstick of the benchmarks. No network runs
// faster than this on one core.
#pragma once

#include "kernels/base.h"

namespace linnet {

// Runs `rounds` rounds of `macs` multiply-adds; returns a value that depends on all of them.
using FmaPeak = float (*)(int rounds);

struct FmaPeakVariant {
  const char* name;
  uint32_t features;
  int macs;  // multiply-adds of one round
  FmaPeak function;
};

const FmaPeakVariant* fma_peak_variants(int* count);
const FmaPeakVariant& fma_peak_select(uint32_t features);

}  // namespace linnet
