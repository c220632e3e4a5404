// igemm_f32 for instruction sets that multiply a vector by one lane of another: a few input values
// of each pixel are loaded at once and used lane by lane, so that the loads are a fraction of the
// multiplications.
//
// S adds to a struct of kernels/simd: Lanes, a vector of kLanes inputs; load_lanes, load_lane
// (one input in lane 0), fma_lane<L>. A tile is a chain of structs, not arrays: GCC keeps the
// elements of small arrays in memory when it sees their loop before it unrolls it, and then spills
// every accumulator.
#pragma once

#include "kernels/activation_f32/vector.h"
#include "kernels/igemm_f32/igemm_f32.h"

namespace linnet {
namespace {  // NOLINT(google-build-namespaces)

// kHalf: only channels 0 to 3 of the panel.
template <typename S, int kRows, bool kHalf>
struct LaneTile {
  LaneTile<S, kRows - 1, kHalf> rest;  // the pixels before this one
  typename S::V low, high;             // sums of the panel's channels 0 to 3, 4 to 7
  typename S::Lanes x;
  const float* in;

  LINNET_INLINE void start(typename S::V bias_low, typename S::V bias_high) {
    rest.start(bias_low, bias_high);
    low = bias_low;
    high = bias_high;
  }
  LINNET_INLINE void point(const float* const* rows) {
    rest.point(rows);
    in = rows[kRows - 1];
  }
  LINNET_INLINE void load() {
    rest.load();
    x = S::load_lanes(in);
    in += S::kLanes;
  }
  template <int kLane>
  LINNET_INLINE void multiply(typename S::V w_low, typename S::V w_high) {
    rest.template multiply<kLane>(w_low, w_high);
    low = S::template fma_lane<kLane>(low, w_low, x);
    if constexpr (!kHalf) high = S::template fma_lane<kLane>(high, w_high, x);
  }
  LINNET_INLINE void multiply_one(typename S::V w_low, typename S::V w_high) {
    rest.multiply_one(w_low, w_high);
    x = S::load_lane(in++);
    low = S::template fma_lane<0>(low, w_low, x);
    if constexpr (!kHalf) high = S::template fma_lane<0>(high, w_high, x);
  }
  LINNET_INLINE void at_least(typename S::V bound) {
    rest.at_least(bound);
    low = S::at_least(low, bound);
    if constexpr (!kHalf) high = S::at_least(high, bound);
  }
  LINNET_INLINE void at_most(typename S::V bound) {
    rest.at_most(bound);
    low = S::at_most(low, bound);
    if constexpr (!kHalf) high = S::at_most(high, bound);
  }
  LINNET_INLINE void store(float* out, size_t stride) const {
    rest.store(out, stride);
    float* to = out + (kRows - 1) * stride;
    S::store(to, low);
    S::store(to + 4, high);
  }
  LINNET_INLINE void store_part(int m, int n, float* out, size_t stride) const {
    rest.store_part(m, n, out, stride);
    if (kRows > m) return;
    float* to = out + (kRows - 1) * stride;
    if (n < 4) return S::store_part(to, low, n);
    S::store(to, low);
    if constexpr (kHalf) return;
    if (n >= 8) return S::store(to + 4, high);
    if (n > 4) S::store_part(to + 4, high, n - 4);
  }
};

template <typename S, bool kHalf>
struct LaneTile<S, 0, kHalf> {
  LINNET_INLINE void start(typename S::V, typename S::V) {}
  LINNET_INLINE void point(const float* const*) {}
  LINNET_INLINE void load() {}
  template <int kLane>
  LINNET_INLINE void multiply(typename S::V, typename S::V) {}
  LINNET_INLINE void multiply_one(typename S::V, typename S::V) {}
  LINNET_INLINE void at_least(typename S::V) {}
  LINNET_INLINE void at_most(typename S::V) {}
  LINNET_INLINE void store(float*, size_t) const {}
  LINNET_INLINE void store_part(int, int, float*, size_t) const {}
};

template <typename S, int kLane, typename Tile>
LINNET_INLINE void multiply_lanes(Tile& tile, const float* w) {
  tile.template multiply<kLane>(S::load(w), S::load(w + 4));
  if constexpr (kLane + 1 < S::kLanes) multiply_lanes<S, kLane + 1>(tile, w + 8);
}

// One panel for one tile of pixels; returns the end of its weights. kMr is the distance of the
// pointers of two segments.
template <typename S, int kRows, int kMr, bool kHalf>
LINNET_INLINE void lane_panel(int m, int segments, const float* const* rows, const int* k,
                              const float* w, int n, Activation activation, float* out,
                              size_t stride) {
  LaneTile<S, kRows, kHalf> tile;
  tile.start(S::load(w), S::load(w + 4));
  w += kIgemmF32PanelWidth;
  for (int t = 0; t < segments; ++t) {
    tile.point(rows + t * kMr);
    int left = k[t];
    for (; left >= S::kLanes; left -= S::kLanes) {
      tile.load();
      multiply_lanes<S, 0>(tile, w);
      w += S::kLanes * kIgemmF32PanelWidth;
    }
    for (; left > 0; --left) {
      tile.multiply_one(S::load(w), S::load(w + 4));
      w += kIgemmF32PanelWidth;
    }
  }
  clamp_tile<S>(tile, activation);
  if (!kHalf && m == kRows && n >= kIgemmF32PanelWidth) {
    tile.store(out, stride);
  } else {
    tile.store_part(m, n, out, stride);
  }
}

inline constexpr int kHalfPanel = kIgemmF32PanelWidth / 2;

template <typename S, int kRows, int kMr>
LINNET_INLINE void lane_panels(int m, int segments, const float* const* rows, const int* k,
                               const float* panels, size_t panel_floats, int n,
                               const Epilogue& epilogue, float* out, size_t stride) {
  int c = 0;
  for (; c + kHalfPanel < n; c += kIgemmF32PanelWidth) {
    lane_panel<S, kRows, kMr, false>(m, segments, rows, k, panels, n - c, epilogue.activation,
                                     out + c, stride);
    panels += panel_floats;
  }
  if (c < n) {
    lane_panel<S, kRows, kMr, true>(m, segments, rows, k, panels, n - c, epilogue.activation,
                                    out + c, stride);
  }
  if (!is_clamp(epilogue.activation)) {
    activate_block<S>(m, n, out, stride, epilogue, out, stride);
  }
}

}  // namespace
}  // namespace linnet
