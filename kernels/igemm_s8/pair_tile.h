// igemm_s8 without an instruction for dot products: two products of 8 bits fit into a sum of 16
// bits (2 x 128 x 127), which is then added to sums of 32 bits in pairs of neighbours. So there
// are two sums for each channel, over the even and the odd pairs of inputs.
//
// S, an instruction set:
//   Inputs          4 input values, repeated
//   Products        what it carries from one pixel to the next; empty if nothing
//   next(in)        the next group of inputs
//   two_groups, one_group(before, own, products, inputs, weights): multiplies, and adds to the sums
//                   of 4 channels of its own pixel, or later to those of the pixel before
//   add_neighbours
#pragma once

#include "kernels/igemm_s8/neon_tile.h"

namespace linnet {
namespace {  // NOLINT(google-build-namespaces)

// Of 4 channels of one pixel: channel 0 even pairs, odd pairs, channel 1 even, …
struct PairSums {
  int32x4_t first, second;
};

// What is the same for all pixels: weights of 4 channels and a group of inputs.
struct PairWeights {
  int8x16_t low, high;
  template <int kChannels>
  LINNET_INLINE void load(const int8_t* w) {
    low = vld1q_s8(w);
    if constexpr (kChannels > 4) high = vld1q_s8(w + 16);
  }
};

template <typename S, int kRows, int kChannels>
struct PairTile {
  PairTile<S, kRows - 1, kChannels> rest;  // the pixels before this one
  PairSums low, high;                      // of the panel's channels 0 to 3, 4 to 7
  const int8_t* in;

  // biases: what the sums start with, in the order of the members.
  LINNET_INLINE void start(const int32_t* biases) {
    rest.start(biases);
    low = {load_anew(biases), load_anew(biases + 4)};
    if constexpr (kChannels > 4) high = {load_anew(biases + 8), load_anew(biases + 12)};
  }
  LINNET_INLINE void point(const int8_t* const* rows) {
    rest.point(rows);
    in = rows[kRows - 1];
  }
  // last: the tile of all pixels; its last pixel is the one before the first.
  template <typename Products, typename Last>
  LINNET_INLINE void two_groups(Last& last, Products& products, const PairWeights& a,
                                const PairWeights& b) {
    rest.two_groups(last, products, a, b);
    auto& before = rest.or_last(last);
    const auto x = S::next(in), y = S::next(in);
    S::two_groups(before.low, low, products.low, x, y, a.low, b.low);
    if constexpr (kChannels > 4) {
      S::two_groups(before.high, high, products.high, x, y, a.high, b.high);
    }
  }
  template <typename Products, typename Last>
  LINNET_INLINE void one_group(Last& last, Products& products, const PairWeights& a) {
    rest.one_group(last, products, a);
    auto& before = rest.or_last(last);
    const auto x = S::next(in);
    S::one_group(before.low, low, products.low, x, a.low);
    if constexpr (kChannels > 4) S::one_group(before.high, high, products.high, x, a.high);
  }
  template <typename Last>
  LINNET_INLINE PairTile& or_last(Last&) {
    return *this;
  }
  template <typename Sink>
  LINNET_INLINE void finish(Sink& sink) const {
    rest.finish(sink);
    const int32x4_t sums = S::add_neighbours(low.first, low.second);
    sink.put(kRows - 1, sums, kChannels > 4 ? S::add_neighbours(high.first, high.second) : sums);
  }
};

template <typename S, int kChannels>
struct PairTile<S, 0, kChannels> {
  LINNET_INLINE void start(const int32_t*) {}
  LINNET_INLINE void point(const int8_t* const*) {}
  template <typename Products, typename Last>
  LINNET_INLINE void two_groups(Last&, Products&, const PairWeights&, const PairWeights&) {}
  template <typename Products, typename Last>
  LINNET_INLINE void one_group(Last&, Products&, const PairWeights&) {}
  template <typename Last>
  LINNET_INLINE Last& or_last(Last& last) {
    return last;
  }
  template <typename Sink>
  LINNET_INLINE void finish(Sink&) const {}
};

template <typename S, int kPixels, int kOutputs>
struct PairAccumulator {
  static constexpr int kRows = kPixels;
  static constexpr int kChannels = kOutputs;
  static constexpr bool kMovesInputs = true;
  static constexpr bool kUnzipsWords = false;
  PairTile<S, kRows, kChannels> tile;
  struct {
    typename S::Products low, high;
  } products;

  LINNET_INLINE void start(int32x4_t bias_low, int32x4_t bias_high) {
    alignas(16) int32_t biases[2 * kIgemmS8PanelWidth];
    put_in_even_pairs(bias_low, biases);
    put_in_even_pairs(bias_high, biases + kIgemmS8PanelWidth);
    tile.start(biases);
    products.low.clear();
    products.high.clear();
  }
  LINNET_INLINE void point(const int8_t* const* rows) { tile.point(rows); }
  // Biases in the sums of the even pairs, zeros in those of the odd.
  static LINNET_INLINE void put_in_even_pairs(int32x4_t bias, int32_t* to) {
    const uint32x4_t b = vreinterpretq_u32_s32(bias);
    vst1q_s32(to, vreinterpretq_s32_u64(vmovl_u32(vget_low_u32(b))));
    vst1q_s32(to + 4, vreinterpretq_s32_u64(vmovl_u32(vget_high_u32(b))));
  }
  LINNET_INLINE const int8_t* multiply(size_t groups, const int8_t* w) {
    constexpr int kGroupBytes = kIgemmS8PanelWidth * kIgemmS8Group;
    PairWeights a, b;
    for (const int8_t* const end = w + groups / 2 * (2 * kGroupBytes); w != end;) {
      a.load<kChannels>(w);
      b.load<kChannels>(w + kGroupBytes);
      w += 2 * kGroupBytes;
      tile.two_groups(tile, products, a, b);
    }
    if (groups % 2 != 0) {
      a.load<kChannels>(w);
      w += kGroupBytes;
      tile.one_group(tile, products, a);
    }
    return w;
  }
  template <typename Sink>
  LINNET_INLINE void finish(Sink& sink) {
    products.low.add_to(tile.low);
    if constexpr (kChannels > 4) products.high.add_to(tile.high);
    tile.finish(sink);
  }
};

}  // namespace
}  // namespace linnet
