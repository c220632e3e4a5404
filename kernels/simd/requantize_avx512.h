// kernels/requantize.h on vectors of AVX-512, the same bits. AVX-512 BW and VL load and store parts
// of a vector of bytes by mask.
#pragma once

#include <immintrin.h>

#include "kernels/requantize.h"

namespace linnet {
namespace {  // NOLINT(google-build-namespaces)

struct RequantizeAvx512 {
  __m512i zero_point;  // 32 bits
  __m512 low, high;

  explicit LINNET_INLINE RequantizeAvx512(const RequantizeS8& to)
      : zero_point(_mm512_set1_epi32(to.zero_point)),
        low(_mm512_set1_ps(static_cast<float>(to.low - to.zero_point))),
        high(_mm512_set1_ps(static_cast<float>(to.high - to.zero_point))) {}

  // 16 values, from products of sums and multipliers. Clamped first: the conversion does not
  // saturate.
  LINNET_INLINE __m128i operator()(__m512 x) const {
    const __m512i rounded = _mm512_cvtps_epi32(_mm512_min_ps(_mm512_max_ps(x, low), high));
    return _mm512_cvtepi32_epi8(_mm512_add_epi32(rounded, zero_point));
  }
};

}  // namespace
}  // namespace linnet
