// eltwise_s8 on vectors. S: a struct of kernels/simd/int8_*.h.
#pragma once

#include "kernels/eltwise_s8/eltwise_s8.h"
#include "kernels/simd/blocks.h"

namespace linnet {
namespace {  // NOLINT(google-build-namespaces)

template <typename S>
LINNET_INLINE void add_s8_vectors(int pixels, int channels, const int8_t* a, size_t a_stride,
                                  const int8_t* b, size_t b_stride, const AddS8& how, int8_t* out,
                                  size_t out_stride) {
  const AddS8 add = how;  // a copy: `out` cannot point into it
  const typename S::Requantize to(add.to);
  const auto a_scale = S::set(add.multiplier[0]);
  const auto b_scale = S::set(add.multiplier[1]);
  const auto sum = [&](auto x, auto y) __attribute__((always_inline)) {
    return S::narrow(S::add(S::mul(S::difference(x, add.zero_point[0]), a_scale),
                            S::mul(S::difference(y, add.zero_point[1]), b_scale)),
                     to);
  };
  const Pixels runs(pixels, channels, a_stride, b_stride, out_stride);
  for (int p = 0; p < runs.count; ++p) {
    size_t c = 0;
    for (; c + S::kWidth <= runs.channels; c += S::kWidth) {
      S::store(out + c, sum(S::load(a + c), S::load(b + c)));
    }
    if (c < runs.channels) {
      const int n = static_cast<int>(runs.channels - c);
      S::store_part(out + c, sum(S::load_part(a + c, n), S::load_part(b + c, n)), n);
    }
    a += a_stride;
    b += b_stride;
    out += out_stride;
  }
}

}  // namespace
}  // namespace linnet
