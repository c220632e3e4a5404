// For AVX2, which multiplies unsigned bytes by signed ones and adds two neighbouring products to 16
// bits with saturation: how large those sums can get. Weights a and b of one sign with inputs of at
// most x give at most |a + b| * x, weights of different signs less. In trained networks hardly a
// group of inputs and weights reaches 2^15, so nearly all can be multiplied as they are.
#pragma once

#include "kernels/igemm_s8/offset_pixels.h"

namespace linnet {
namespace {  // NOLINT(google-build-namespaces)

class PairBounds {
 public:
  struct Panel {
    alignas(32) int32_t start[kIgemmS8PanelWidth];  // bias less 128 times all weights
    const uint16_t* largest;                        // by group: |a + b| of neighbours
  };

  // How many panels fit in here.
  static int capacity(size_t groups) {
    const size_t panels = kMostBounds / round_up(groups, kGroupsOfBounds);
    return panels < kMostPanels ? static_cast<int>(panels) : kMostPanels;
  }
  // Looks at panels, at most capacity(groups).
  LINNET_INLINE void look_at(const uint8_t* panels, size_t panel_bytes, int count, size_t groups) {
    uint16_t* largest = largest_;
    for (int i = 0; i < count; ++i) {
      look_at_panel(panels + static_cast<size_t>(i) * panel_bytes, groups, largest, &panels_[i]);
      largest += round_up(groups, kGroupsOfBounds);
    }
  }
  const Panel& panel(int i) const { return panels_[i]; }

 private:
  static constexpr int kMostPanels = 64;
  static constexpr size_t kMostBounds = 4096;

  static LINNET_INLINE void look_at_panel(const uint8_t* panel, size_t groups, uint16_t* largest,
                                          Panel* to) {
    const auto* weights = reinterpret_cast<const __m256i*>(panel + sizeof(IgemmS8PanelHeader));
    const auto pairs = [&](size_t g) {
      return g < groups ? _mm256_maddubs_epi16(_mm256_set1_epi8(1), _mm256_load_si256(weights + g))
                        : _mm256_setzero_si256();
    };
    __m256i sums = _mm256_setzero_si256();
    for (size_t g = 0; g < groups; g += 4) {
      const __m256i a = pairs(g), b = pairs(g + 1), c = pairs(g + 2), d = pairs(g + 3);
      const __m256i all = _mm256_add_epi16(_mm256_add_epi16(a, b), _mm256_add_epi16(c, d));
      sums = _mm256_add_epi32(sums, _mm256_madd_epi16(all, _mm256_set1_epi16(1)));
      const __m128 ab = _mm_castsi128_ps(largest_of_eights(a, b));
      const __m128 cd = _mm_castsi128_ps(largest_of_eights(c, d));
      const __m128i fours = _mm_castps_si128(_mm_shuffle_ps(ab, cd, _MM_SHUFFLE(2, 0, 2, 0)));
      _mm_storel_epi64(reinterpret_cast<__m128i*>(largest + g), largest_of_fours(fours));
    }
    for (size_t g = round_up(groups, 4); g < round_up(groups, kGroupsOfBounds); ++g) largest[g] = 0;
    const auto& header = *reinterpret_cast<const IgemmS8PanelHeader*>(panel);
    const __m256i bias = _mm256_load_si256(reinterpret_cast<const __m256i*>(header.bias));
    _mm256_store_si256(reinterpret_cast<__m256i*>(to->start),
                       _mm256_sub_epi32(bias, _mm256_slli_epi32(sums, 7)));
    to->largest = largest;
  }
  // Bytes 0 to 3: the largest sizes among those of a; 8 to 11: of b.
  static LINNET_INLINE __m128i largest_of_eights(__m256i a, __m256i b) {
    const __m256i bytes = _mm256_packus_epi16(_mm256_abs_epi16(a), _mm256_abs_epi16(b));
    const __m128i eights = larger_half(bytes);
    return _mm_max_epu8(eights, _mm_srli_epi64(eights, 32));
  }

  alignas(32) uint16_t largest_[kMostBounds];
  Panel panels_[kMostPanels];
};

// Which of 16 groups, from `first` on, may saturate.
class Saturating {
 public:
  LINNET_INLINE Saturating(const OffsetPixels& x, const PairBounds::Panel& panel, size_t first)
      : bounds_(_mm256_mullo_epi16(load(x.largest() + first), load(panel.largest + first))) {}
  // Words of which the highest bit tells.
  LINNET_INLINE __m256i bounds() const { return bounds_; }
  // A bit each, at twice its index.
  LINNET_INLINE uint32_t flags() const {
    return static_cast<uint32_t>(_mm256_movemask_epi8(bounds_)) >> 1 & 0x55555555U;
  }

 private:
  static LINNET_INLINE __m256i load(const uint16_t* p) {
    return _mm256_load_si256(reinterpret_cast<const __m256i*>(p));
  }
  __m256i bounds_;  // of sums of 2 products: at most 254 x 255, so 2^15 or more has the highest bit
};

// How many do, of all groups. Mostly none.
LINNET_INLINE int count_saturating(const OffsetPixels& x, const PairBounds::Panel& panel,
                                   size_t groups) {
  __m256i any = _mm256_setzero_si256();
  for (size_t g = 0; g < groups; g += kGroupsOfBounds) {
    any = _mm256_or_si256(any, Saturating(x, panel, g).bounds());
  }
  if (_mm256_testz_si256(any, _mm256_set1_epi16(INT16_MIN)) != 0) return 0;
  int count = 0;
  for (size_t g = 0; g < groups; g += kGroupsOfBounds) {
    count += __builtin_popcount(Saturating(x, panel, g).flags());
  }
  return count;
}

}  // namespace
}  // namespace linnet
