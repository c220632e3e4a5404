// What the igemm_s8 of all ARM instruction sets share: the walk over panels and segments, and what
// becomes of the sums.
//
// A tile is a chain of structs, not arrays; see kernels/igemm_f32/lane_tile.h. It has
//   start(bias, bias)    of channels 0 to 3, 4 to 7
//   point(rows)          at the inputs of a segment
//   multiply(groups, w)  that many groups of inputs; returns the end of their weights
//   finish(sink)         sink.put(pixel, channels 0 to 3, channels 4 to 7) for each pixel, in
//                        order; a tile of 4 channels gives those twice
//   kRows, kChannels     its pixels; 8 or 4
//   kMovesInputs         multiply() leaves it pointing behind the inputs
//   kUnzipsWords         the cores that it is for do uzp1 in one operation
#pragma once

#include <type_traits>

#include "kernels/igemm_s8/igemm_s8.h"
#include "kernels/simd/neon.h"
#include "kernels/simd/requantize_neon.h"

namespace linnet {
namespace {  // NOLINT(google-build-namespaces)

// The same pointer, but the compiler does not know: what is read through it is read anew, where it
// would be kept in a register or on the stack.
template <typename T>
LINNET_INLINE const T* anew(const T* p) {
  __asm__ volatile("" : "+r"(p));
  return p;
}

// A load every time, where the compiler would move registers: that takes the place of
// multiplications.
LINNET_INLINE int32x4_t load_anew(const int32_t* p) {
#if LINNET_TARGET_AARCH64
  int32x4_t v;
  __asm__ volatile("ldr %q0, %1" : "=w"(v) : "m"(*reinterpret_cast<const int32_t(*)[4]>(p)));
  return v;
#else
  return vld1q_s32(p);
#endif
}

// What becomes of the products of sums and multipliers of a pixel: kWhole, of 8 channels, else of
// the first n.
struct NeonToS8 {
  RequantizeNeon requantize;
  explicit LINNET_INLINE NeonToS8(const RequantizeS8& to) : requantize(to) {}

  template <bool kWhole>
  LINNET_INLINE void put(int32x4_t low, int32x4_t high, const float32x4x2_t& multiplier, int n,
                         int8_t* to) const {
    const float32x4_t x_low = vmulq_f32(vcvtq_f32_s32(low), multiplier.val[0]);
    const float32x4_t x_high = vmulq_f32(vcvtq_f32_s32(high), multiplier.val[1]);
    const int8x8_t q = requantize.narrow(requantize.round(x_low, x_high));
    if (kWhole || n >= kIgemmS8PanelWidth) return vst1_s8(to, q);
    store_first_int8(to, q, n);
  }
};

struct NeonToF32 {
  explicit LINNET_INLINE NeonToF32(const RequantizeS8&) {}
  static LINNET_INLINE float32x4_t product(int32x4_t sum, float32x4_t multiplier) {
    const float32x4_t x = vcvtq_f32_s32(sum);
#if LINNET_TARGET_AARCH64
    return vmulq_f32(x, multiplier);
#else
    // NEON takes a subnormal multiplier for 0 here, VFP does not.
    return float32x4_t{x[0] * multiplier[0], x[1] * multiplier[1], x[2] * multiplier[2],
                       x[3] * multiplier[3]};
#endif
  }
  template <bool kWhole>
  static LINNET_INLINE void put(int32x4_t low, int32x4_t high, const float32x4x2_t& multiplier,
                                int n, float* to) {
    const float32x4_t x_low = product(low, multiplier.val[0]);
    if (!kWhole && n < 4) return Neon::store_part(to, x_low, n);
    vst1q_f32(to, x_low);
    if (!kWhole && n == 4) return;
    const float32x4_t x_high = product(high, multiplier.val[1]);
    if (!kWhole && n < 8) return Neon::store_part(to + 4, x_high, n - 4);
    vst1q_f32(to + 4, x_high);
  }
};

inline constexpr int32_t kSumOffset = 0x4B400000;
inline constexpr float kSumOffsetFloat = 12582912.0f;

// What the tiles of one call share. kMr: distance of the row pointers of two segments.
template <int kMr, typename Output, typename Out>
struct NeonCall {
  const int8_t* const* rows;
  const int* k;
  size_t panel_bytes, stride;
  int m, segments;
  int small, plain;      // flags: for NeonSmallSink; NeonSmallSink<kPlain>
  int32x4_t sum_offset;  // with which all sums start: kSumOffset if small, else 0
  float32x4_t magic;     // of NeonSmallSink
  Output output;
};

// Every pixel of a tile. kWhole: 8 channels, else the first n.
template <bool kWhole, typename Output, typename Out>
struct NeonInlineSink {
  const Output& output;
  float32x4x2_t multiplier;
  int n;
  Out* to;
  size_t stride;

  LINNET_INLINE void put(int pixel, int32x4_t low, int32x4_t high) const {
    output.template put<kWhole>(low, high, multiplier, n, to + static_cast<size_t>(pixel) * stride);
  }
};

// Keeps the sums, for put_kept_sums.
struct NeonKeepingSink {
  int32_t* sums;  // 8 of each pixel

  LINNET_INLINE void put(int pixel, int32x4_t low, int32x4_t high) const {
    vst1q_s32(sums + pixel * kIgemmS8PanelWidth, low);
    vst1q_s32(sums + pixel * kIgemmS8PanelWidth + 4, high);
  }
};

// For tiles that are rare. Not inlined, because every tile of every variant has this branch.
template <int kMr, typename Output, typename Out>
LINNET_NOINLINE void put_kept_sums(const NeonCall<kMr, Output, Out>& call, const int32_t* sums,
                                   const IgemmS8PanelHeader& header, int n, Out* out) {
  const int32x4_t offset = call.sum_offset;
  const Output output = call.output;
  const float32x4x2_t multiplier = {vld1q_f32(header.multiplier), vld1q_f32(header.multiplier + 4)};
  for (int p = 0; p < call.m; ++p) {
    output.template put<false>(vsubq_s32(vld1q_s32(sums), offset),
                               vsubq_s32(vld1q_s32(sums + 4), offset), multiplier, n, out);
    sums += kIgemmS8PanelWidth;
    out += call.stride;
  }
}

#if LINNET_TARGET_AARCH64

// The lowest 16 bits of each. uzp1, one instruction, is three operations on the Cortex-A72; a
// compiler would take it.
template <bool kUnzips>
LINNET_INLINE int16x8_t low_words(float32x4_t a, float32x4_t b) {
  if constexpr (kUnzips) return vuzp1q_s16(vreinterpretq_s16_f32(a), vreinterpretq_s16_f32(b));
  int16x8_t words;
  __asm__("xtn %0.4h, %1.4s" : "=w"(words) : "w"(a));
  __asm__("xtn2 %0.8h, %1.4s" : "+w"(words) : "w"(b));
  return words;
}

// A faster way to the same bits for small sums (RequantizeS8::small), for all pixels of a tile.
// Conversions between integers and floats are slow: two cycles a vector on the Cortex-A76, on one
// of two pipes; on the Cortex-A72 one on both. So each sum starts with kSumOffset, the bits of the
// float 12582912 = 1.5 * 2^23: as a float it is 12582912 + sum, and
//
//   sum * multiplier = (12582912 + sum) * multiplier - 12582912 * multiplier
//
// is one fused multiplication, rounded once as the product is: the last term is exact because the
// multiplier's lowest two bits are 0.
//
// kPlain: the output's zero point is even and its bounds are those of a byte. Then the addition
// that rounds also adds the zero point, with the same result for ties, and nothing is left to
// clamp.
//
// A tile of 8 channels gives the bytes of a pixel. One of 4 gives those of two pixels, of which the
// first n channels are stored.
template <bool kPlain, typename Tile>
struct NeonSmallSink {
  static constexpr bool kTwoPixels = Tile::kChannels < kIgemmS8PanelWidth;
  static constexpr int kSecond = kTwoPixels ? 0 : 4;  // channel of the second vector

  const RequantizeNeon& requantize;
  float32x4_t magic;           // 12582912, plus the zero point if kPlain
  float32x4x2_t multiplier;    // of channels 0 to 3, and of the second vector
  const int32_t* corrections;  // bits of -12582912 * multiplier, of 8 channels
  int n;
  int8_t* to;
  size_t stride;
  int32x4_t before;  // the pixel before

  LINNET_INLINE void put(int pixel, int32x4_t low, int32x4_t high) {
    int8_t* out = to + static_cast<size_t>(pixel) * stride;
    if constexpr (!kTwoPixels) {
      vst1_s8(out, bytes(low, high));
    } else if (pixel % 2 == 0) {
      before = low;
    } else {
      store(out - stride, out, bytes(before, low));
    }
  }

 private:
  LINNET_INLINE float32x4_t round(int32x4_t sums, float32x4_t by, int channel) const {
    // Loaded for every vector, because the multiplication overwrites it.
    return vaddq_f32(vfmaq_f32(vreinterpretq_f32_s32(load_anew(corrections + channel)),
                               vreinterpretq_f32_s32(sums), by),
                     magic);
  }
  LINNET_INLINE int8x8_t bytes(int32x4_t first, int32x4_t second) const {
    const int16x8_t words = low_words<Tile::kUnzipsWords>(
        round(first, multiplier.val[0], 0), round(second, multiplier.val[1], kSecond));
    if constexpr (kPlain) return vqmovn_s16(words);
    return requantize.narrow(vqaddq_s16(words, requantize.zero_point));
  }
  LINNET_INLINE void store(int8_t* first, int8_t* second, int8x8_t q) const {
    if (n == 4) {
      const int32x2_t words = vreinterpret_s32_s8(q);
      __builtin_memcpy(first, &words, 4);
      vst1_lane_s32(reinterpret_cast<int32_t*>(second), words, 1);
      return;
    }
    const uint64_t all = vget_lane_u64(vreinterpret_u64_s8(q), 0);
    store_first_bytes(first, all, n);
    store_first_bytes(second, all >> 32, n);
  }
};

template <bool kPlain, typename Tile, typename Call>
LINNET_INLINE void finish_small(Tile& tile, const Call& kept, const IgemmS8PanelHeader& header,
                                int n, int8_t* out) {
  const Call& call = *anew(&kept);  // during the multiplications all registers are taken
  const float32x4_t low = vld1q_f32(header.multiplier), high = vld1q_f32(header.multiplier + 4);
  alignas(16) int32_t corrections[kIgemmS8PanelWidth];
  vst1q_s32(corrections, vreinterpretq_s32_f32(vmulq_n_f32(low, -kSumOffsetFloat)));
  vst1q_s32(corrections + 4, vreinterpretq_s32_f32(vmulq_n_f32(high, -kSumOffsetFloat)));
  using Sink = NeonSmallSink<kPlain, Tile>;
  Sink sink = {call.output.requantize,
               call.magic,
               {low, Sink::kTwoPixels ? low : high},
               corrections,
               n,
               out,
               call.stride,
               int32x4_t()};
  tile.finish(sink);
}

#endif

// n: channels of this panel and those after it.
template <typename Tile, int kMr, typename Output, typename Out>
LINNET_INLINE void finish_panel(Tile& tile, const NeonCall<kMr, Output, Out>& call,
                                const IgemmS8PanelHeader& header, int n, Out* out) {
  constexpr bool kHalf = Tile::kChannels < kIgemmS8PanelWidth;
  if (call.m == Tile::kRows && (kHalf || n >= kIgemmS8PanelWidth)) {
#if LINNET_TARGET_AARCH64
    if constexpr (std::is_same_v<Output, NeonToS8>) {
      if (call.small) {
        if (call.plain) return finish_small<true>(tile, call, header, n, out);
        return finish_small<false>(tile, call, header, n, out);
      }
    }
#endif
    // Where most tiles come here: on AArch64, what is not small is rare.
    if constexpr ((!kHalf && Tile::kRows == kMr) || !LINNET_TARGET_AARCH64) {
      NeonInlineSink<!kHalf, Output, Out> sink = {
          call.output,
          {vld1q_f32(header.multiplier), vld1q_f32(header.multiplier + 4)},
          n,
          out,
          call.stride};
      return tile.finish(sink);
    }
  }
  alignas(16) int32_t sums[Tile::kRows * kIgemmS8PanelWidth];
  NeonKeepingSink sink = {sums};
  tile.finish(sink);
  put_kept_sums(call, sums, header, n, out);
}

template <typename Tile, int kMr, typename Output, typename Out>
LINNET_INLINE void neon_panel(Tile& tile, const NeonCall<kMr, Output, Out>& call,
                              const uint8_t* panel, int n, Out* out) {
  const auto& header = *reinterpret_cast<const IgemmS8PanelHeader*>(panel);
  const auto* w = reinterpret_cast<const int8_t*>(panel + sizeof header);
  tile.start(vaddq_s32(vld1q_s32(header.bias), call.sum_offset),
             vaddq_s32(vld1q_s32(header.bias + 4), call.sum_offset));
  for (int t = 0; t < call.segments; ++t) {
    const size_t groups = igemm_s8_padded_k(static_cast<size_t>(call.k[t])) / kIgemmS8Group;
    if (Tile::kMovesInputs || call.segments > 1) tile.point(call.rows + t * kMr);
    w = tile.multiply(groups, w);
  }
  finish_panel(tile, call, header, n, out);
}

// Half is for panels of which the first 4 channels are enough.
template <typename Tile, typename Half = Tile, int kMr, typename Output, typename Out>
LINNET_INLINE void neon_panels(const NeonCall<kMr, Output, Out>& call, const void* panels, int n,
                               Out* out) {
  constexpr int kFew = kIgemmS8PanelWidth - Half::kChannels;
  const auto* panel = static_cast<const uint8_t*>(panels);
  Tile tile;
  tile.point(call.rows);
  for (; n > kFew; n -= kIgemmS8PanelWidth) {
    neon_panel(tile, call, panel, n, out);
    panel += call.panel_bytes;
    out += kIgemmS8PanelWidth;
  }
  if constexpr (kFew > 0) {
    if (n <= 0) return;
    Half half;
    half.point(call.rows);
    neon_panel(half, call, panel, n, out);
  }
}

// Tile<pixels, channels>: half the pixels (only to int8) or half the channels where that is enough;
// both at once is rare. kMr: pixels of the variant.
template <typename Output, template <int, int> class Tile, int kMr, typename Out>
LINNET_INLINE void neon_igemm(int m, int segments, const int8_t* const* rows, const int* k,
                              const void* panels, size_t panel_bytes, int n, const RequantizeS8& to,
                              Out* out, size_t stride) {
  const bool small = LINNET_TARGET_AARCH64 && to.small;
  const bool plain = to.zero_point % 2 == 0 && to.low == -128 && to.high == 127;
  const float magic = kSumOffsetFloat + (plain ? static_cast<float>(to.zero_point) : 0.0f);
  NeonCall<kMr, Output, Out> call = {rows,
                                     k,
                                     panel_bytes,
                                     stride,
                                     m,
                                     segments,
                                     small,
                                     plain,
                                     vdupq_n_s32(small ? kSumOffset : 0),
                                     vdupq_n_f32(magic),
                                     Output(to)};
  for (; m > 0; m -= kMr) {
    call.m = m < kMr ? m : kMr;
    if (std::is_same_v<Output, NeonToS8> && m <= kMr / 2) {
      return neon_panels<Tile<kMr / 2, 8>>(call, panels, n, out);
    }
    neon_panels<Tile<kMr, 8>, Tile<kMr, 4>>(call, panels, n, out);
    call.rows += static_cast<std::ptrdiff_t>(segments) * kMr;
    out += kMr * stride;
  }
}

}  // namespace
}  // namespace linnet
