// The inputs of a tile of 8 pixels on AVX2 as x + 128, 0 to 255, group by group: what
// offset_tile.h multiplies.
#pragma once

#include "kernels/igemm_s8/avx2_panels.h"

namespace linnet {
namespace {  // NOLINT(google-build-namespaces)

// Groups that are looked at together, as values of 16 bits.
constexpr size_t kGroupsOfBounds = 16;

// The largest byte of each 4, as words.
LINNET_INLINE __m128i largest_of_fours(__m128i bytes) {
  const __m128i twos = _mm_max_epu8(bytes, _mm_srli_epi32(bytes, 16));
  const __m128i ones = _mm_max_epu8(twos, _mm_srli_epi32(twos, 8));
  const __m128i largest = _mm_and_si128(ones, _mm_set1_epi32(0xFF));
  return _mm_packus_epi32(largest, largest);
}
// The larger bytes of two halves.
LINNET_INLINE __m128i larger_half(__m256i bytes) {
  return _mm_max_epu8(_mm256_castsi256_si128(bytes), _mm256_extracti128_si256(bytes, 1));
}

class OffsetPixels {
 public:
  static constexpr int kPixels = 8;
  static constexpr size_t kGroupBytes = size_t{kPixels} * kIgemmS8Group;
  static constexpr size_t kMostGroups = 384;  // of all segments together

  // Turns to the pixels whose pointers are rows[t * kPixels + p].
  LINNET_INLINE void load(int segments, const int8_t* const* rows, const int* k) {
    size_t group = 0;
    for (int t = 0; t < segments; ++t) {
      const size_t groups = divide_round_up(static_cast<size_t>(k[t]), kIgemmS8Group);
      for (size_t g = 0; g < groups; g += 4) {
        load_four(rows + t * kPixels, g * kIgemmS8Group, group + g);
      }
      group += groups;
    }
    for (size_t g = group; g % kGroupsOfBounds != 0; ++g) largest_[g] = 0;
  }
  // The 4 inputs of a group of pixel p, repeated.
  LINNET_INLINE __m256i repeated(size_t group, int p) const {
    int32_t four;
    __builtin_memcpy(&four, values_ + group * kGroupBytes + static_cast<size_t>(p) * kIgemmS8Group,
                     sizeof four);
    return _mm256_set1_epi32(four);
  }
  // By group: the largest of all pixels.
  const uint16_t* largest() const { return largest_; }

 private:
  static constexpr size_t kWritten = kMostGroups + 3;  // groups are written by fours

  // 4 groups of each pixel: a transposition of groups and pixels.
  LINNET_INLINE void load_four(const int8_t* const* rows, size_t from, size_t group) {
    const auto pixels = [&](int p) {
      const auto* low = reinterpret_cast<const __m128i*>(rows[p] + from);
      const auto* high = reinterpret_cast<const __m128i*>(rows[p + 4] + from);
      const __m256i x = _mm256_inserti128_si256(_mm256_castsi128_si256(_mm_loadu_si128(low)),
                                                _mm_loadu_si128(high), 1);
      return _mm256_xor_si256(x, _mm256_set1_epi8(-128));
    };
    const __m256i p0 = pixels(0), p1 = pixels(1), p2 = pixels(2), p3 = pixels(3);
    const __m256i largest = _mm256_max_epu8(_mm256_max_epu8(p0, p1), _mm256_max_epu8(p2, p3));
    _mm_storel_epi64(reinterpret_cast<__m128i*>(largest_ + group),
                     largest_of_fours(larger_half(largest)));
    const __m256i a = _mm256_unpacklo_epi32(p0, p1), b = _mm256_unpacklo_epi32(p2, p3);
    const __m256i c = _mm256_unpackhi_epi32(p0, p1), d = _mm256_unpackhi_epi32(p2, p3);
    auto* to = reinterpret_cast<__m256i*>(values_ + group * kGroupBytes);
    _mm256_store_si256(to, _mm256_unpacklo_epi64(a, b));
    _mm256_store_si256(to + 1, _mm256_unpackhi_epi64(a, b));
    _mm256_store_si256(to + 2, _mm256_unpacklo_epi64(c, d));
    _mm256_store_si256(to + 3, _mm256_unpackhi_epi64(c, d));
  }

  alignas(32) uint8_t values_[kWritten * kGroupBytes];  // [group][pixel][4 inputs]
  alignas(32) uint16_t largest_[round_up(kWritten, kGroupsOfBounds)];
};

}  // namespace
}  // namespace linnet
