// Micro-benchmarks: every variant of every kernel family on the layer shapes of a v5lite-s.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace linnet::bench {

struct KernelCase {
  std::string variant;  // a row of the family's variants.inc
  std::string shape;
  uint32_t features;  // cpu:: bits that the variant needs
  double operations;  // of one run, a multiply-add counted as two; or 0
  double bytes;       // read and written by one run, each element once
  // Allocates and fills the buffers; the function returned runs the layer once and owns them.
  std::function<std::function<void()>()> prepare;
  bool integer = false;  // operations are not in floating point
};

// Family by family, variants best first. Variants that this CPU cannot run are listed too.
std::vector<KernelCase> kernel_cases();
// Those of igemm_s8 among them.
std::vector<KernelCase> igemm_s8_cases();
// Those of the other int8 kernels.
std::vector<KernelCase> small_s8_cases();

// Runs and prints the cases whose variant and shape contain every filter, at least `seconds` each.
int run_kernels(const std::vector<std::string>& filters, double seconds);

}  // namespace linnet::bench
