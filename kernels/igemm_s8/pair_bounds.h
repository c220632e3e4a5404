// For AVX2, which multiplies unsigned bytes by signed ones and adds the products of a pair to 16
// bits with saturation: how large those sums can get. Of weights a and b, those of one sign have at
// most the size m, so with inputs of at most x the sum is at most m * x. In trained networks hardly
// a pair of inputs and weights reaches 2^15, so nearly all can be multiplied as they are; and of
// most layers even the sums of two groups stay below.
#pragma once

#include "kernels/igemm_s8/offset_pixels.h"

namespace linnet {
namespace {  // NOLINT(google-build-namespaces)

class PairBounds {
 public:
  struct Panel {
    alignas(32) int32_t start[kIgemmS8PanelWidth];  // bias and the least inputs' products
    const uint16_t* largest;                        // by group and pair: m of all channels
  };

  // How many panels fit in here.
  static int capacity(size_t groups) {
    const size_t panels = kMostBounds / words(groups);
    return panels < kMostPanels ? static_cast<int>(panels) : kMostPanels;
  }
  // Looks at panels, at most capacity(groups), which x will be multiplied by.
  LINNET_INLINE void look_at(const OffsetPixels& x, const uint8_t* panels, size_t panel_bytes,
                             int count, size_t groups) {
    uint16_t* largest = largest_;
    for (int i = 0; i < count; ++i) {
      look_at_panel(x, panels + static_cast<size_t>(i) * panel_bytes, groups, largest, &panels_[i]);
      largest += words(groups);
    }
  }
  const Panel& panel(int i) const { return panels_[i]; }

 private:
  static constexpr int kMostPanels = 64;
  static constexpr size_t kMostBounds = 8192;

  static size_t words(size_t groups) { return round_up(groups, kGroupsOfBounds) * kPairsOfGroup; }

  static LINNET_INLINE void look_at_panel(const OffsetPixels& x, const uint8_t* panel,
                                          size_t groups, uint16_t* largest, Panel* to) {
    const auto* weights = reinterpret_cast<const __m256i*>(panel + sizeof(IgemmS8PanelHeader));
    const auto load = [&](size_t g) {
      return g < groups ? _mm256_load_si256(weights + g) : _mm256_setzero_si256();
    };
    const auto& header = *reinterpret_cast<const IgemmS8PanelHeader*>(panel);
    __m256i start = _mm256_load_si256(reinterpret_cast<const __m256i*>(header.bias));
    for (size_t g = 0; g < round_up(groups, kGroupsOfBounds); g += 4) {
      const __m256i a = load(g), b = load(g + 1), c = load(g + 2), d = load(g + 3);
      start = _mm256_add_epi32(
          start, _mm256_add_epi32(
                     _mm256_add_epi32(x.least_products(g, a), x.least_products(g + 1, b)),
                     _mm256_add_epi32(x.least_products(g + 2, c), x.least_products(g + 3, d))));
      // Pairs of a, b, c, d, as each 16 bytes of words is 4 channels of a group.
      const __m256i ab = largest_of_fours(pair_sizes(a), pair_sizes(b));
      const __m256i cd = largest_of_fours(pair_sizes(c), pair_sizes(d));
      const __m256i channels = _mm256_castps_si256(_mm256_shuffle_ps(
          _mm256_castsi256_ps(ab), _mm256_castsi256_ps(cd), _MM_SHUFFLE(2, 0, 2, 0)));
      _mm_store_si128(
          reinterpret_cast<__m128i*>(largest + g * kPairsOfGroup),
          _mm_max_epi16(_mm256_castsi256_si128(channels), _mm256_extracti128_si256(channels, 1)));
    }
    _mm256_store_si256(reinterpret_cast<__m256i*>(to->start), start);
    to->largest = largest;
  }
  static LINNET_INLINE __m256i pair_sums(__m256i weights) {
    return _mm256_maddubs_epi16(_mm256_set1_epi8(1), weights);
  }
  // By pair: the size of the positive ones or of the negative ones.
  static LINNET_INLINE __m256i pair_sizes(__m256i weights) {
    const __m256i positive = pair_sums(_mm256_max_epi8(weights, _mm256_setzero_si256()));
    return _mm256_max_epi16(positive, _mm256_sub_epi16(positive, pair_sums(weights)));
  }
  // In each half, of 4 channels: the largest of a's two pairs in the first 4 bytes, of b's in 4
  // from the ninth on.
  static LINNET_INLINE __m256i largest_of_fours(__m256i a, __m256i b) {
    const __m256i twos = _mm256_max_epi16(_mm256_unpacklo_epi64(a, b), _mm256_unpackhi_epi64(a, b));
    return _mm256_max_epi16(twos, _mm256_srli_epi64(twos, 32));
  }

  alignas(32) uint16_t largest_[kMostBounds];
  Panel panels_[kMostPanels];
};

// Couples of 8 groups, from `first` on: a group of an even index and the next one.
class Suspicious {
 public:
  LINNET_INLINE Suspicious(const OffsetPixels& x, const PairBounds::Panel& panel, size_t first)
      : bounds_(_mm256_mullo_epi16(load(x.largest() + first * kPairsOfGroup),
                                   load(panel.largest + first * kPairsOfGroup))) {}
  // Of each 4 words, the first two are of sums of a couple's pairs; the highest bit of those tells
  // that they may leave 16 bits, also because a group saturates.
  LINNET_INLINE __m256i couple_bounds() const {
    return _mm256_adds_epu16(bounds_, _mm256_srli_epi64(bounds_, 32));
  }
  LINNET_INLINE uint32_t couples() const { return flags(couple_bounds()); }
  // Those of which a group may saturate.
  LINNET_INLINE uint32_t couples_of_saturating() const {
    return flags(_mm256_or_si256(bounds_, _mm256_srli_epi64(bounds_, 32)));
  }
  // A bit each of 4 couples, at 8 times the index.
  static LINNET_INLINE uint32_t flags(__m256i words) {
    const auto bytes = static_cast<uint32_t>(_mm256_movemask_epi8(words)) >> 1;
    return (bytes | bytes >> 2) & 0x01010101U;
  }

 private:
  static LINNET_INLINE __m256i load(const uint16_t* p) {
    return _mm256_load_si256(reinterpret_cast<const __m256i*>(p));
  }
  __m256i bounds_;  // of sums of 2 products: at most 254 x 255, so 2^15 or more has the highest bit
};

// How many couples may leave 16 bits. Mostly none.
LINNET_INLINE int count_suspicious(const OffsetPixels& x, const PairBounds::Panel& panel,
                                   size_t groups) {
  __m256i any = _mm256_setzero_si256();
  for (size_t g = 0; g < groups; g += kGroupsOfBounds) {
    any = _mm256_or_si256(any, Suspicious(x, panel, g).couple_bounds());
  }
  if (Suspicious::flags(any) == 0) return 0;
  int count = 0;
  for (size_t g = 0; g < groups; g += kGroupsOfBounds) {
    count += __builtin_popcount(Suspicious(x, panel, g).couples());
  }
  return count;
}

}  // namespace
}  // namespace linnet
