// kernels/requantize.h on vectors of AVX2, the same bits; and runs of less than 8 bytes.
#pragma once

#include <immintrin.h>

#include "kernels/requantize.h"
#include "kernels/simd/bytes.h"

namespace linnet {
namespace {  // NOLINT(google-build-namespaces)

struct RequantizeAvx2 {
  __m256i zero_point;  // 16 bits
  __m256 high;
  __m128i low;

  explicit LINNET_INLINE RequantizeAvx2(const RequantizeS8& to)
      : zero_point(_mm256_set1_epi16(to.zero_point)),
        high(_mm256_set1_ps(static_cast<float>(to.high - to.zero_point))),
        low(_mm_set1_epi8(to.low)) {}

  // What is too large for an int would become the least of them: the upper bound comes first. What
  // is too small becomes that as well, and saturates.
  LINNET_INLINE __m256i round(__m256 x) const { return _mm256_cvtps_epi32(_mm256_min_ps(x, high)); }
  // 8 values in the lower half, from products of sums and multipliers.
  LINNET_INLINE __m128i operator()(__m256 x) const {
    const __m256i rounded = round(x);
    const __m128i words = _mm_adds_epi16(
        _mm_packs_epi32(_mm256_castsi256_si128(rounded), _mm256_extracti128_si256(rounded, 1)),
        _mm256_castsi256_si128(zero_point));
    return _mm_max_epi8(_mm_packs_epi16(words, words), low);
  }
  // 16 values, those of `first` first.
  LINNET_INLINE __m128i operator()(__m256 first, __m256 second) const {
    return bytes(_mm256_permute4x64_epi64(words(first, second), _MM_SHUFFLE(3, 1, 2, 0)));
  }
  // 16 values by fours: the lower half of `first`, of `second`, the higher of `first`, of `second`.
  LINNET_INLINE __m128i of_halves(__m256 first, __m256 second) const {
    return bytes(words(first, second));
  }
  // 32 values, those of `a` first.
  LINNET_INLINE __m256i operator()(__m256 a, __m256 b, __m256 c, __m256 d) const {
    // By fours: a b c d of the lower halves, then of the higher ones.
    const __m256i mixed = _mm256_packs_epi16(words(a, b), words(c, d));
    const __m256i in_order =
        _mm256_permutevar8x32_epi32(mixed, _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7));
    return _mm256_max_epi8(in_order, _mm256_broadcastb_epi8(low));
  }

 private:
  // Packing goes by halves: first low, second low, first high, second high.
  LINNET_INLINE __m256i words(__m256 first, __m256 second) const {
    return _mm256_adds_epi16(_mm256_packs_epi32(round(first), round(second)), zero_point);
  }
  LINNET_INLINE __m128i bytes(__m256i words) const {
    const __m128i packed =
        _mm_packs_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1));
    return _mm_max_epi8(packed, low);
  }
};

// The first n bytes, 1 <= n < 8.
LINNET_INLINE void store_first_int8(int8_t* p, __m128i v, int n) {
  store_first_bytes(p, static_cast<uint64_t>(_mm_cvtsi128_si64(v)), n);
}
// The others are 0 and not read; 1 <= n < 8.
LINNET_INLINE __m128i load_first_int8(const int8_t* p, int n) {
  return _mm_cvtsi64_si128(static_cast<int64_t>(load_first_bytes(p, n)));
}

}  // namespace
}  // namespace linnet
