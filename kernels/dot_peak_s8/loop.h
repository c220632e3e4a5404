// The loop. S, an instruction set: I, a vector of 32-bit sums; B, one of int8 values; set(int8_t),
// zero(), dot(sum, a, b), add(sum, sum); forget(b): the compiler no longer knows its value.
#pragma once

#include "kernels/dot_peak_s8/dot_peak_s8.h"

namespace linnet {
namespace {  // NOLINT(google-build-namespaces)

// A chain of accumulators, as in igemm: an array would be spilled.
template <typename S, int kCount>
struct DotPeakSums {
  DotPeakSums<S, kCount - 1> rest;
  typename S::I sum;
  LINNET_INLINE void start() {
    rest.start();
    sum = S::zero();
  }
  LINNET_INLINE void step(typename S::B a, typename S::B b) {
    rest.step(a, b);
    // The compiler does not know that the factors stay the same, and repeats the products.
    S::forget(a);
    sum = S::dot(sum, a, b);
  }
  LINNET_INLINE typename S::I total() const { return S::add(rest.total(), sum); }
};
template <typename S>
struct DotPeakSums<S, 0> {
  LINNET_INLINE void start() {}
  LINNET_INLINE void step(typename S::B, typename S::B) {}
  LINNET_INLINE typename S::I total() const { return S::zero(); }
};

template <typename S>
LINNET_INLINE typename S::I dot_peak_loop(int rounds) {
  DotPeakSums<S, 12> sums;
  sums.start();
  const auto a = S::set(1), b = S::set(2);
  for (int i = 0; i < rounds; ++i) sums.step(a, b);
  return sums.total();
}

}  // namespace
}  // namespace linnet
