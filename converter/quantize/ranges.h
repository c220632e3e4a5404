// How much of what a step makes its int8 form covers: the range beyond which values are clipped.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace linnet::converter {

struct Range {
  float low = 0, high = 0;
};

enum class RangeMethod : uint8_t {
  minmax,      // everything that was seen
  percentile,  // all but one value in 10,000 on either side
  kl,          // least Kullback-Leibler divergence of the quantized distribution (S. Migacz, "8-bit
               // Inference with TensorRT", GTC 2017)
  mse,         // least mean squared error of rounding and clipping
};
// Throws std::runtime_error for a name that is none of minmax, percentile, kl, mse.
RangeMethod range_method_of(const std::string& name);
const char* range_method_name(RangeMethod method);

// Counts of values in equal bins from `first` to `last`.
struct Histogram {
  float first = 0, last = 0;
  std::vector<uint64_t> bins;
};

// The range always contains 0.
Range choose_range(const Histogram& histogram, RangeMethod method);

// Two distributions as one.
Histogram merge(const Histogram& a, const Histogram& b);

}  // namespace linnet::converter
