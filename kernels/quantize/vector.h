// quantize on vectors. S: a struct of kernels/simd/int8_*.h.
#pragma once

#include "kernels/quantize/quantize.h"

namespace linnet {
namespace {  // NOLINT(google-build-namespaces)

// The first n floats, the others 0.
template <typename S>
LINNET_INLINE typename S::Floats load_first_floats(const float* p, int n) {
  float whole[S::kWidth] = {};
  for (int i = 0; i < n; ++i) whole[i] = p[i];
  return S::load(whole);
}

template <typename S>
LINNET_INLINE void quantize_vectors(int pixels, int channels, const float* in, size_t in_stride,
                                    const float* multiplier, const RequantizeS8& end, int8_t* out,
                                    size_t out_stride) {
  const typename S::Requantize to(end);
  const auto low = static_cast<float>(end.low - end.zero_point);
  const auto quantize = [&](auto x, auto scale) __attribute__((always_inline)) {
    return S::narrow(S::number_at_least(S::mul(x, scale), low), to);
  };
  for (int p = 0; p < pixels; ++p) {
    int c = 0;
    for (; c + S::kWidth <= channels; c += S::kWidth) {
      S::store(out + c, quantize(S::load(in + c), S::load(multiplier + c)));
    }
    if (c < channels) {
      const int n = channels - c;
      S::store_part(
          out + c,
          quantize(load_first_floats<S>(in + c, n), load_first_floats<S>(multiplier + c, n)), n);
    }
    in += in_stride;
    out += out_stride;
  }
}

template <typename S>
LINNET_INLINE void dequantize_vectors(int pixels, int channels, const int8_t* in, size_t in_stride,
                                      const float* scale, int8_t zero_point, float* out,
                                      size_t out_stride) {
  for (int p = 0; p < pixels; ++p) {
    int c = 0;
    for (; c + S::kWidth <= channels; c += S::kWidth) {
      S::store(out + c, S::mul(S::difference(S::load(in + c), zero_point), S::load(scale + c)));
    }
    if (c < channels) {
      const int n = channels - c;
      float part[S::kWidth];
      S::store(part, S::mul(S::difference(S::load_part(in + c, n), zero_point),
                            load_first_floats<S>(scale + c, n)));
      for (int i = 0; i < n; ++i) out[c + i] = part[i];
    }
    in += in_stride;
    out += out_stride;
  }
}

}  // namespace
}  // namespace linnet
