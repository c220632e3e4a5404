// igemm_s8 for AVX2: 8 pixels by one panel, with inputs as offset_pixels.h has them: 5 operations
// on vectors for 64 products where pair_bounds.h allows it.
#pragma once

#include "kernels/igemm_s8/pair_bounds.h"

namespace linnet {
namespace {  // NOLINT(google-build-namespaces)

// Of a group of 4 values, as words: the first and the third, or the second and the fourth.
LINNET_INLINE __m256i even_words(__m256i bytes) {
  return _mm256_srai_epi16(_mm256_slli_epi16(bytes, 8), 8);
}
LINNET_INLINE __m256i odd_words(__m256i bytes) {
  return _mm256_srai_epi16(bytes, 8);
}

// Groups of weights of 8 channels, times those of inputs of one pixel.
struct OffsetWeights {
  __m256i w;

  // Sums of 2 products, if none saturates.
  LINNET_INLINE __m256i pairs(__m256i x) const { return _mm256_maddubs_epi16(x, w); }
  // Sums of 4.
  LINNET_INLINE __m256i exact(__m256i x) const {
    const __m256i even_x = _mm256_and_si256(x, _mm256_set1_epi16(0xFF));  // without signs
    const __m256i even = _mm256_madd_epi16(even_x, even_words(w));
    const __m256i odd = _mm256_madd_epi16(_mm256_srli_epi16(x, 8), odd_words(w));
    return _mm256_add_epi32(even, odd);
  }
};
LINNET_INLINE __m256i sums_of_pairs(__m256i pairs) {
  return _mm256_madd_epi16(pairs, _mm256_set1_epi16(1));
}

// Two groups, a couple, whose sums of 2 products are added in 16 bits.
struct OffsetCouple {
  OffsetWeights first, second;

  explicit LINNET_INLINE OffsetCouple(const __m256i* weights)
      : first{_mm256_load_si256(weights)}, second{_mm256_load_si256(weights + 1)} {}
  template <typename X>
  LINNET_INLINE __m256i multiply(const X& x) const {
    return sums_of_pairs(_mm256_add_epi16(first.pairs(x(0)), second.pairs(x(1))));
  }
  // Bits where those sums leave 16 bits, if neither group saturates.
  template <typename X>
  LINNET_INLINE __m256i left(const X& x) const {
    const __m256i a = first.pairs(x(0)), b = second.pairs(x(1));
    return _mm256_xor_si256(_mm256_adds_epi16(a, b), _mm256_add_epi16(a, b));
  }
  // What is missing in the sums of 8 products if a group saturates or they leave 16 bits.
  template <typename X>
  LINNET_INLINE __m256i missing(const X& x) const {
    return _mm256_sub_epi32(_mm256_add_epi32(first.exact(x(0)), second.exact(x(1))), multiply(x));
  }
};

// A chain of structs, not arrays; see kernels/igemm_f32/lane_tile.h.
template <int kRows>
struct OffsetTile {
  OffsetTile<kRows - 1> rest;  // the pixels before this one
  __m256i sums;

  LINNET_INLINE void start(__m256i with) {
    rest.start(with);
    sums = with;
  }
  // X, W: OffsetPixels with OffsetCouple, or those of wide_tile.h.
  template <typename X, typename W>
  LINNET_INLINE void multiply(const X& x, size_t group, const W& w) {
    rest.multiply(x, group, w);
    sums = _mm256_add_epi32(sums, w.multiply(inputs(x, group)));
  }
  LINNET_INLINE void add_missing(const OffsetPixels& x, size_t group, const OffsetCouple& w) {
    rest.add_missing(x, group, w);
    sums = _mm256_add_epi32(sums, w.missing(inputs(x, group)));
  }
  template <int kRow>
  LINNET_INLINE __m256 product(__m256 multiplier) const {
    if constexpr (kRow == kRows - 1) {
      return _mm256_mul_ps(_mm256_cvtepi32_ps(sums), multiplier);
    } else {
      return rest.template product<kRow>(multiplier);
    }
  }

 private:
  template <typename X>
  static LINNET_INLINE auto inputs(const X& x, size_t group) {
    return [&x, group](size_t i) { return x.repeated(group + i, kRows - 1); };
  }
};
template <>
struct OffsetTile<0> {
  LINNET_INLINE void start(__m256i) {}
  template <typename X, typename W>
  LINNET_INLINE void multiply(const X&, size_t, const W&) {}
  LINNET_INLINE void add_missing(const OffsetPixels&, size_t, const OffsetCouple&) {}
};

// The outputs of broadcast_tile.h, which put a pixel, and put4: 4 pixels, all channels of a panel.
struct OffsetToS8 : BroadcastToS8<PanelsAvx2> {
  LINNET_INLINE void put4(__m256 a, __m256 b, __m256 c, __m256 d, int8_t* out,
                          size_t stride) const {
    const __m256i bytes = requantize(a, b, c, d);
    put2(_mm256_castsi256_si128(bytes), out, stride);
    put2(_mm256_extracti128_si256(bytes, 1), out + 2 * stride, stride);
  }

 private:
  static LINNET_INLINE void put2(__m128i bytes, int8_t* out, size_t stride) {
    _mm_storel_epi64(reinterpret_cast<__m128i*>(out), bytes);
    _mm_storeh_pd(reinterpret_cast<double*>(out + stride), _mm_castsi128_pd(bytes));
  }
};
struct OffsetToF32 : BroadcastToF32<PanelsAvx2> {
  LINNET_INLINE void put4(__m256 a, __m256 b, __m256 c, __m256 d, float* out, size_t stride) const {
    _mm256_storeu_ps(out, a);
    _mm256_storeu_ps(out + stride, b);
    _mm256_storeu_ps(out + 2 * stride, c);
    _mm256_storeu_ps(out + 3 * stride, d);
  }
};

// Pixels kFirst to kFirst + 3 of a tile of which m are wanted.
template <int kFirst, typename Tile, typename Output, typename Out>
LINNET_INLINE void put_four(const Tile& tile, __m256 multiplier, int m, int n, const Output& output,
                            Out* out, size_t stride) {
  const __m256 a = tile.template product<kFirst>(multiplier);
  const __m256 b = tile.template product<kFirst + 1>(multiplier);
  const __m256 c = tile.template product<kFirst + 2>(multiplier);
  const __m256 d = tile.template product<kFirst + 3>(multiplier);
  out += kFirst * stride;
  if (m >= kFirst + 4 && n >= kIgemmS8PanelWidth) return output.put4(a, b, c, d, out, stride);
  if (m > kFirst) output.put(a, n, out);
  if (m > kFirst + 1) output.put(b, n, out + stride);
  if (m > kFirst + 2) output.put(c, n, out + 2 * stride);
  if (m > kFirst + 3) output.put(d, n, out + 3 * stride);
}

// The first m pixels of a tile; n channels, of which the panel's are made.
template <int kRows, typename Output, typename Out>
LINNET_INLINE void put(const OffsetTile<kRows>& tile, const IgemmS8PanelHeader& header, int m,
                       int n, const Output& output, Out* out, size_t stride) {
  const __m256 multiplier = _mm256_load_ps(header.multiplier);
  put_four<0>(tile, multiplier, m, n, output, out, stride);
  if constexpr (kRows == 8) put_four<4>(tile, multiplier, m, n, output, out, stride);
}

// Of one panel, for one tile of pixels.
class OffsetPanel {
 public:
  LINNET_INLINE OffsetPanel(const uint8_t* panel, size_t groups, const PairBounds::Panel& bounds,
                            const OffsetPixels& pixels)
      : panel_(panel), groups_(groups), bounds_(bounds), pixels_(pixels) {}

  // Whether what leaves 16 bits is little enough for run().
  LINNET_INLINE bool look() {
    const int suspicious = count_suspicious(pixels_, bounds_, groups_);
    if (suspicious == 0) return true;
    // Adding what is missing takes four times as long as a couple takes.
    if (static_cast<size_t>(suspicious) * 8 > groups_) return false;
    return try_suspicious();
  }

  // The first m of kRows pixels, 4 or 8; n channels, of which the panel's are made. Not inlined:
  // what is the same for all panels would take registers.
  template <int kRows, typename Output, typename Out>
  LINNET_NOINLINE void run(int m, int n, const Output& output, Out* out, size_t stride) const {
    OffsetTile<kRows> tile;
    tile.start(_mm256_load_si256(reinterpret_cast<const __m256i*>(bounds_.start)));
    for (size_t g = 0; g < groups_; g += 2) tile.multiply(pixels_, g, couple(g));
    for (int i = 0; __builtin_expect(i < large_count_, 0); ++i) {
      tile.add_missing(pixels_, large_[i], couple(large_[i]));
    }
    const auto& header = *reinterpret_cast<const IgemmS8PanelHeader*>(panel_);
    put<kRows>(tile, header, m, n, output, out, stride);
  }

 private:
  static constexpr int kMostLarge = 8;

  // Few of those that may leave 16 bits do. Returns false if there is no room for them all.
  LINNET_NOINLINE bool try_suspicious() {
    for (size_t first = 0; first < groups_; first += kGroupsOfBounds) {
      const Suspicious of(pixels_, bounds_, first);
      const uint32_t saturating = of.couples_of_saturating();
      for (uint32_t bits = of.couples(); bits != 0; bits &= bits - 1) {
        const int bit = __builtin_ctz(bits);
        const size_t g = first + static_cast<size_t>(bit) / 4;
        if ((saturating >> bit & 1) == 0 && !leaves(g)) continue;
        if (large_count_ == kMostLarge) return false;
        large_[large_count_++] = static_cast<uint16_t>(g);
      }
    }
    return true;
  }
  // Whether the sums of a couple do of which neither group saturates.
  LINNET_INLINE bool leaves(size_t group) const {
    const OffsetCouple w = couple(group);
    __m256i left = _mm256_setzero_si256();
    for (int p = 0; p < OffsetPixels::kPixels; ++p) {
      left =
          _mm256_or_si256(left, w.left([&](size_t i) { return pixels_.repeated(group + i, p); }));
    }
    return _mm256_testz_si256(left, left) == 0;
  }
  LINNET_INLINE OffsetCouple couple(size_t group) const {
    const auto* weights = reinterpret_cast<const __m256i*>(panel_ + sizeof(IgemmS8PanelHeader));
    return OffsetCouple(weights + group);
  }

  const uint8_t* panel_;
  size_t groups_;
  const PairBounds::Panel& bounds_;
  const OffsetPixels& pixels_;
  int large_count_ = 0;
  uint16_t large_[kMostLarge];  // the first groups of couples that leave 16 bits or saturate
};

}  // namespace
}  // namespace linnet
