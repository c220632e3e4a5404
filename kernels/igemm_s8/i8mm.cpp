#include "kernels/targets.h"

#if LINNET_TARGET_AARCH64

#include "kernels/igemm_s8/neon_tile.h"

namespace linnet {
namespace {

// Weights of 2 channels each, 8 inputs of one and then of the other.
struct MatrixWeights {
  int8x16_t c01, c23, c45, c67;

  // From two groups, [8 channels][4 inputs] each; b: 0 if there is only one.
  template <int kChannels>
  LINNET_INLINE void load(const int8_t* a, const int8_t* b) {
    zip(vld1q_s8(a), b != nullptr ? vld1q_s8(b) : vdupq_n_s8(0), c01, c23);
    if constexpr (kChannels > 4) {
      zip(vld1q_s8(a + 16), b != nullptr ? vld1q_s8(b + 16) : vdupq_n_s8(0), c45, c67);
    }
  }
  static LINNET_INLINE void zip(int8x16_t a, int8x16_t b, int8x16_t& low, int8x16_t& high) {
    const int32x4_t wide_a = vreinterpretq_s32_s8(a), wide_b = vreinterpretq_s32_s8(b);
    low = vreinterpretq_s8_s32(vzip1q_s32(wide_a, wide_b));
    high = vreinterpretq_s8_s32(vzip2q_s32(wide_a, wide_b));
  }
};

// Each accumulator is a matrix of 2 pixels x 2 channels.
template <int kPixels, int kOutputs>
struct MatrixTile {
  static constexpr int kRows = kPixels;
  static constexpr int kChannels = kOutputs;
  static constexpr bool kMovesInputs = false;
  static constexpr bool kUnzipsWords = true;
  MatrixTile<kRows - 2, kChannels> rest;  // the pixels before these two
  int32x4_t sum01, sum23, sum45, sum67;
  const int8_t *in_first, *in_second;

  LINNET_INLINE void start(int32x4_t bias_low, int32x4_t bias_high) {
    alignas(16) int32_t biases[kIgemmS8PanelWidth];
    vst1q_s32(biases, bias_low);
    vst1q_s32(biases + 4, bias_high);
    start(biases);
  }
  LINNET_INLINE void start(const int32_t* biases) {
    rest.start(biases);
    const int32_t* bias = anew(biases);
    sum01 = twice(bias);
    sum23 = twice(bias + 2);
    if constexpr (kChannels > 4) {
      sum45 = twice(bias + 4);
      sum67 = twice(bias + 6);
    }
  }
  static LINNET_INLINE int32x4_t twice(const int32_t* bias) {
    const int32x2_t two = vld1_s32(bias);
    return vcombine_s32(two, two);
  }
  LINNET_INLINE void point(const int8_t* const* rows) {
    rest.point(rows);
    in_first = rows[kRows - 2];
    in_second = rows[kRows - 1];
  }
  LINNET_INLINE void two_groups(size_t at, const MatrixWeights& w) {
    rest.two_groups(at, w);
    const int8x16_t x = vcombine_s8(vld1_s8(in_first + at), vld1_s8(in_second + at));
    sum01 = vmmlaq_s32(sum01, x, w.c01);
    sum23 = vmmlaq_s32(sum23, x, w.c23);
    if constexpr (kChannels > 4) {
      sum45 = vmmlaq_s32(sum45, x, w.c45);
      sum67 = vmmlaq_s32(sum67, x, w.c67);
    }
  }
  LINNET_INLINE const int8_t* multiply(size_t groups, const int8_t* w) {
    constexpr int kGroupBytes = kIgemmS8Group * kIgemmS8PanelWidth;
    MatrixWeights weights;
    size_t at = 0;
    for (; groups >= 2; groups -= 2) {
      weights.load<kChannels>(w, w + kGroupBytes);
      w += 2 * kGroupBytes;
      two_groups(at, weights);
      at += 2 * kIgemmS8Group;
    }
    if (groups == 0) return w;
    weights.load<kChannels>(w, nullptr);
    two_groups(at, weights);
    return w + kGroupBytes;
  }
  static LINNET_INLINE int32x4_t first(int32x4_t a, int32x4_t b) {
    return vcombine_s32(vget_low_s32(a), vget_low_s32(b));
  }
  static LINNET_INLINE int32x4_t second(int32x4_t a, int32x4_t b) {
    return vcombine_s32(vget_high_s32(a), vget_high_s32(b));
  }
  template <typename Sink>
  LINNET_INLINE void finish(Sink& sink) const {
    rest.finish(sink);
    if constexpr (kChannels > 4) {
      sink.put(kRows - 2, first(sum01, sum23), first(sum45, sum67));
      sink.put(kRows - 1, second(sum01, sum23), second(sum45, sum67));
    } else {
      sink.put(kRows - 2, first(sum01, sum23), sum01);
      sink.put(kRows - 1, second(sum01, sum23), sum01);
    }
  }
};

template <int kChannels>
struct MatrixTile<0, kChannels> {
  LINNET_INLINE void start(const int32_t*) {}
  LINNET_INLINE void point(const int8_t* const*) {}
  LINNET_INLINE void two_groups(size_t, const MatrixWeights&) {}
  template <typename Sink>
  LINNET_INLINE void finish(Sink&) const {}
};

// 16 accumulators, 4 vectors of weights and what they are made of, 1 of inputs in 32 registers.
constexpr int kMr = 8;

}  // namespace

void igemm_s8_8x8_n8k4_i8mm(int m, int segments, const int8_t* const* rows, const int* k,
                            const void* panels, size_t panel_bytes, int n, const RequantizeS8& to,
                            int8_t* out, size_t out_pixel_stride) {
  neon_igemm<NeonToS8, MatrixTile, kMr>(m, segments, rows, k, panels, panel_bytes, n, to, out,
                                        out_pixel_stride);
}

void igemm_s8_8x8_n8k4_i8mm_to_f32(int m, int segments, const int8_t* const* rows, const int* k,
                                   const void* panels, size_t panel_bytes, int n, float* out,
                                   size_t out_pixel_stride) {
  neon_igemm<NeonToF32, MatrixTile, kMr>(m, segments, rows, k, panels, panel_bytes, n,
                                         RequantizeS8{}, out, out_pixel_stride);
}

}  // namespace linnet

#endif
