// The loop on vectors. S: a struct of kernels/simd, or Scalar below.
#pragma once

#include "kernels/fma_peak/fma_peak.h"

namespace linnet {
namespace {  // NOLINT(google-build-namespaces)

// A chain of accumulators, as in igemm: an array would be spilled.
template <typename S, int kCount>
struct PeakSums {
  PeakSums<S, kCount - 1> rest;
  typename S::V sum;
  LINNET_INLINE void start(float x) {
    rest.start(x + 1);
    sum = S::set(x);
  }
  LINNET_INLINE void step(typename S::V a, typename S::V b) {
    rest.step(a, b);
    sum = S::fma(sum, a, b);
  }
  LINNET_INLINE typename S::V total() const { return S::add(rest.total(), sum); }
};
template <typename S>
struct PeakSums<S, 0> {
  LINNET_INLINE void start(float) {}
  LINNET_INLINE void step(typename S::V, typename S::V) {}
  LINNET_INLINE typename S::V total() const { return S::set(0); }
};

// x * 0.5 + 1 converges, so that no value grows or becomes subnormal.
template <typename S>
LINNET_INLINE typename S::V fma_peak_loop(int rounds) {
  PeakSums<S, 12> sums;
  sums.start(1);
  const auto a = S::set(0.5f), b = S::set(1);
  for (int i = 0; i < rounds; ++i) sums.step(a, b);
  return sums.total();
}

}  // namespace
}  // namespace linnet
