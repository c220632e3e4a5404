#include "kernels/targets.h"

#if LINNET_TARGET_AARCH64

#include "kernels/igemm_s8/neon_tile.h"

namespace linnet {
namespace {

// Groups of inputs in one vector.
constexpr int kGroups = 4;
constexpr int kGroupBytes = kIgemmS8Group * kIgemmS8PanelWidth;

// Panels of kChannels channels, of which 8 or the first 4 are computed.
template <int kPixels, int kOutputs>
struct DotTile {
  static constexpr int kRows = kPixels;
  static constexpr int kChannels = kOutputs;
  static constexpr bool kMovesInputs = false;
  static constexpr bool kUnzipsWords = true;
  DotTile<kRows - 1, kChannels> rest;  // the pixels before this one
  int32x4_t low, high;                 // sums of the panel's channels 0 to 3, 4 to 7
  int8x16_t x;
  const int8_t* in;

  LINNET_INLINE void start(int32x4_t bias_low, int32x4_t bias_high) {
    alignas(16) int32_t biases[kIgemmS8PanelWidth];
    vst1q_s32(biases, bias_low);
    vst1q_s32(biases + 4, bias_high);
    start(biases);
  }
  LINNET_INLINE void start(const int32_t* biases) {
    rest.start(biases);
    low = load_anew(biases);
    if constexpr (kChannels > 4) high = load_anew(biases + 4);
  }
  LINNET_INLINE void point(const int8_t* const* rows) {
    rest.point(rows);
    in = rows[kRows - 1];
  }
  LINNET_INLINE void load(size_t at) {
    rest.load(at);
    x = vld1q_s8(in + at);
  }
  template <int kGroup>
  LINNET_INLINE void multiply(int8x16_t w_low, int8x16_t w_high) {
    rest.template multiply<kGroup>(w_low, w_high);
    low = vdotq_laneq_s32(low, w_low, x, kGroup);
    if constexpr (kChannels > 4) high = vdotq_laneq_s32(high, w_high, x, kGroup);
  }
  template <int kGroup>
  LINNET_INLINE void multiply(const int8_t* w) {
    const int8_t* group = w + kGroup * kGroupBytes;
    const int8x16_t w_low = vld1q_s8(group);
    multiply<kGroup>(w_low, kChannels > 4 ? vld1q_s8(group + 16) : w_low);
  }
  LINNET_INLINE const int8_t* multiply(size_t groups, const int8_t* w) {
    const size_t left = groups % kGroups, end = (groups - left) * kIgemmS8Group;
    for (size_t at = 0; at != end; at += kGroups * kIgemmS8Group) {
      load(at);
      multiply<0>(w);
      multiply<1>(w);
      multiply<2>(w);
      multiply<3>(w);
      w += kGroups * kGroupBytes;
    }
    if (left == 0) return w;
    load(end);
    multiply<0>(w);
    if (left > 1) multiply<1>(w);
    if (left > 2) multiply<2>(w);
    return w + left * kGroupBytes;
  }
  template <typename Sink>
  LINNET_INLINE void finish(Sink& sink) const {
    rest.finish(sink);
    sink.put(kRows - 1, low, kChannels > 4 ? high : low);
  }
};

template <int kChannels>
struct DotTile<0, kChannels> {
  LINNET_INLINE void start(const int32_t*) {}
  LINNET_INLINE void point(const int8_t* const*) {}
  LINNET_INLINE void load(size_t) {}
  template <int kGroup>
  LINNET_INLINE void multiply(int8x16_t, int8x16_t) {}
  template <typename Sink>
  LINNET_INLINE void finish(Sink&) const {}
};

// 16 accumulators, 8 vectors of inputs and 2 to 8 of weights in 32 registers.
constexpr int kMr = 8;

}  // namespace

void igemm_s8_8x8_n8k4_dotprod(int m, int segments, const int8_t* const* rows, const int* k,
                               const void* panels, size_t panel_bytes, int n,
                               const RequantizeS8& to, int8_t* out, size_t out_pixel_stride) {
  neon_igemm<NeonToS8, DotTile, kMr>(m, segments, rows, k, panels, panel_bytes, n, to, out,
                                     out_pixel_stride);
}

void igemm_s8_8x8_n8k4_dotprod_to_f32(int m, int segments, const int8_t* const* rows, const int* k,
                                      const void* panels, size_t panel_bytes, int n, float* out,
                                      size_t out_pixel_stride) {
  neon_igemm<NeonToF32, DotTile, kMr>(m, segments, rows, k, panels, panel_bytes, n, RequantizeS8{},
                                      out, out_pixel_stride);
}

}  // namespace linnet

#endif
