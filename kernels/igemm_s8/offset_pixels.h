// The inputs of a tile of 8 pixels on AVX2, group by group, less the least that all pixels of a
// call have in that channel: 0 to 255, which is what offset_tile.h multiplies. After an activation
// the least is that of all channels, after a depthwise convolution each channel has its own.
#pragma once

#include "kernels/igemm_s8/avx2_panels.h"

namespace linnet {
namespace {  // NOLINT(google-build-namespaces)

// The larger byte of each 2, as words.
LINNET_INLINE __m128i larger_of_twos(__m128i bytes) {
  return _mm_max_epu8(_mm_and_si128(bytes, _mm_set1_epi16(0xFF)), _mm_srli_epi16(bytes, 8));
}
// The larger bytes of two halves.
LINNET_INLINE __m128i larger_half(__m256i bytes) {
  return _mm_max_epu8(_mm256_castsi256_si128(bytes), _mm256_extracti128_si256(bytes, 1));
}

// What two neighbouring inputs are called here: AVX2 adds their products before anything else.
constexpr size_t kPairsOfGroup = kIgemmS8Group / 2;
// Groups whose pairs are looked at together, as values of 16 bits.
constexpr size_t kGroupsOfBounds = 16 / kPairsOfGroup;

class OffsetPixels {
 public:
  static constexpr int kPixels = 8;
  static constexpr size_t kGroupBytes = size_t{kPixels} * kIgemmS8Group;
  static constexpr size_t kMostGroups = 384;  // of all segments together

  // Looks for the least inputs of m pixels, where they are above 0, 0; rows as in igemm_s8.h.
  LINNET_INLINE void look_at(int m, int segments, const int8_t* const* rows, const int* k) {
    const size_t groups = least_of(m < kPixels ? m : kPixels, segments, rows, k);
    // After an activation the first pixels tell.
    if (are_at_the_bottom(groups)) {
      __builtin_memset(least_, INT8_MIN, groups * kIgemmS8Group);
    } else if (m > kPixels) {
      least_of(m, segments, rows, k);
    }
    const size_t end = round_up(groups, kGroupsOfBounds);
    __builtin_memset(least_ + groups * kIgemmS8Group, 0, (end - groups) * kIgemmS8Group);
  }
  // 4 groups of each pixel, less `least`: a transposition of groups and pixels. Returns the largest
  // of two pixels each, as unsigned bytes.
  template <typename Byte>
  static LINNET_INLINE __m256i transpose(const int8_t* const* rows, size_t from, __m256i least,
                                         Byte* to) {
    const auto pixels = [&](int p) {
      const auto* low = reinterpret_cast<const __m128i*>(rows[p] + from);
      const auto* high = reinterpret_cast<const __m128i*>(rows[p + 4] + from);
      const __m256i x = _mm256_inserti128_si256(_mm256_castsi128_si256(_mm_loadu_si128(low)),
                                                _mm_loadu_si128(high), 1);
      return _mm256_sub_epi8(x, least);
    };
    const __m256i p0 = pixels(0), p1 = pixels(1), p2 = pixels(2), p3 = pixels(3);
    const __m256i a = _mm256_unpacklo_epi32(p0, p1), b = _mm256_unpacklo_epi32(p2, p3);
    const __m256i c = _mm256_unpackhi_epi32(p0, p1), d = _mm256_unpackhi_epi32(p2, p3);
    auto* groups = reinterpret_cast<__m256i*>(to);
    _mm256_store_si256(groups, _mm256_unpacklo_epi64(a, b));
    _mm256_store_si256(groups + 1, _mm256_unpackhi_epi64(a, b));
    _mm256_store_si256(groups + 2, _mm256_unpacklo_epi64(c, d));
    _mm256_store_si256(groups + 3, _mm256_unpackhi_epi64(c, d));
    return _mm256_max_epu8(_mm256_max_epu8(p0, p1), _mm256_max_epu8(p2, p3));
  }
  // Calls four(rows of a segment, its first value, group) for groups by fours, of which a segment's
  // last may be fewer; returns the number of all groups.
  template <typename Four>
  static LINNET_INLINE size_t for_each_four(int segments, const int8_t* const* rows, const int* k,
                                            const Four& four) {
    size_t group = 0;
    for (int t = 0; t < segments; ++t) {
      const size_t groups = divide_round_up(static_cast<size_t>(k[t]), kIgemmS8Group);
      for (size_t g = 0; g < groups; g += 4) {
        four(rows + t * kPixels, g * kIgemmS8Group, group + g);
      }
      group += groups;
    }
    return group;
  }
  // Turns to a tile: rows[t * kPixels + p].
  LINNET_INLINE void load(int segments, const int8_t* const* rows, const int* k) {
    const size_t group =
        for_each_four(segments, rows, k, [&](const int8_t* const* tile, size_t from, size_t first) {
          load_four(tile, from, first);
        });
    // Pairs of groups beyond the last one. Their weights are zeros.
    if (group % 2 != 0) __builtin_memset(values_ + group * kGroupBytes, 0, kGroupBytes);
    __builtin_memset(
        largest_ + group * kPairsOfGroup, 0,
        (round_up(group, kGroupsOfBounds) - group) * kPairsOfGroup * sizeof largest_[0]);
  }
  // Sums of 4: the least inputs of a group times weights of 8 channels.
  LINNET_INLINE __m256i least_products(size_t group, __m256i w) const {
    // Up to 128 two products fit into 16 bits.
    const __m256i offset = _mm256_set1_epi8(INT8_MIN);
    const __m256i least =
        _mm256_xor_si256(PanelsAvx2::repeated(least_ + group * kIgemmS8Group), offset);
    const __m256i pairs =
        _mm256_sub_epi16(_mm256_maddubs_epi16(least, w), _mm256_maddubs_epi16(offset, w));
    return _mm256_madd_epi16(pairs, _mm256_set1_epi16(1));
  }
  // The 4 inputs of a group of pixel p, repeated.
  LINNET_INLINE __m256i repeated(size_t group, int p) const {
    const uint8_t* four = values_ + group * kGroupBytes + static_cast<size_t>(p) * kIgemmS8Group;
    return PanelsAvx2::repeated(reinterpret_cast<const int8_t*>(four));
  }
  // By group and pair: the largest of the tile.
  const uint16_t* largest() const { return largest_; }

 private:
  static constexpr int8_t kMostLeast = 0;
  static constexpr size_t kWritten = kMostGroups + 3;  // groups are written by fours

  // Those of m pixels. Returns the number of groups.
  LINNET_INLINE size_t least_of(int m, int segments, const int8_t* const* rows, const int* k) {
    size_t from = 0;
    for (int t = 0; t < segments; ++t) {
      const auto count = static_cast<size_t>(k[t]);
      size_t i = 0;
      for (; i + 32 <= count + kIgemmS8OverRead; i += 32) {
        __m256i least = _mm256_set1_epi8(kMostLeast);
        for_each_row(m, segments, rows + t * kPixels, [&](const int8_t* row) {
          const auto* values = reinterpret_cast<const __m256i*>(row + i);
          least = _mm256_min_epi8(least, _mm256_loadu_si256(values));
        });
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(least_ + from + i), least);
      }
      if (i < count) {
        __m128i least = _mm_set1_epi8(kMostLeast);
        for_each_row(m, segments, rows + t * kPixels, [&](const int8_t* row) {
          least = _mm_min_epi8(least, _mm_loadu_si128(reinterpret_cast<const __m128i*>(row + i)));
        });
        _mm_storeu_si128(reinterpret_cast<__m128i*>(least_ + from + i), least);
      }
      from += round_up(count, kIgemmS8Group);
    }
    return from / kIgemmS8Group;
  }
  bool are_at_the_bottom(size_t groups) const {
    constexpr size_t kNear = 8;
    size_t sum = 0;
    for (size_t i = 0; i < groups * kIgemmS8Group; ++i) {
      sum += static_cast<size_t>(least_[i] - INT8_MIN);
    }
    return sum <= groups * kIgemmS8Group * kNear;
  }
  template <typename Row>
  static LINNET_INLINE void for_each_row(int m, int segments, const int8_t* const* rows,
                                         const Row& row) {
    for (; m > 0; m -= kPixels, rows += static_cast<std::ptrdiff_t>(segments) * kPixels) {
      for (int p = 0; p < kPixels && p < m; ++p) row(rows[p]);
    }
  }
  LINNET_INLINE void load_four(const int8_t* const* rows, size_t from, size_t group) {
    const auto* four = reinterpret_cast<const __m128i*>(least_ + group * kIgemmS8Group);
    const __m256i least = _mm256_broadcastsi128_si256(_mm_loadu_si128(four));
    const __m256i largest = transpose(rows, from, least, values_ + group * kGroupBytes);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(largest_ + group * kPairsOfGroup),
                     larger_of_twos(larger_half(largest)));
  }

  // What a vector writes beyond the last group.
  static constexpr size_t kLeastBytes = round_up(kMostGroups, kGroupsOfBounds) * kIgemmS8Group + 32;
  alignas(32) int8_t least_[kLeastBytes];
  alignas(32) uint8_t values_[kWritten * kGroupBytes];  // [group][pixel][4 inputs]
  alignas(32) uint16_t largest_[round_up(kWritten, kGroupsOfBounds) * kPairsOfGroup];
};

}  // namespace
}  // namespace linnet
