// igemm_f32 for instruction sets that broadcast one input value from memory: one load of an input
// serves kVectors multiplications, one load of weights serves kRows.
//
// S adds to a struct of kernels/simd: kPanels, the panels that lie side by side in one vector, and
// load_panels. A tile is a chain of structs, not arrays; see lane_tile.h.
#pragma once

#include "kernels/activation_f32/vector.h"
#include "kernels/igemm_f32/igemm_f32.h"

namespace linnet {
namespace {  // NOLINT(google-build-namespaces)

template <typename S, int kRows, int kVectors>
struct BroadcastTile {
  static_assert(kVectors == 1 || kVectors == 2);
  BroadcastTile<S, kRows - 1, kVectors> rest;  // the pixels before this one
  typename S::V first, second;                 // sums; second only if there are two vectors
  const float* in;

  LINNET_INLINE void start(typename S::V bias_first, typename S::V bias_second) {
    rest.start(bias_first, bias_second);
    first = bias_first;
    second = bias_second;
  }
  LINNET_INLINE void point(const float* const* rows) {
    rest.point(rows);
    in = rows[kRows - 1];
  }
  LINNET_INLINE void multiply(int i, typename S::V w_first, typename S::V w_second) {
    rest.multiply(i, w_first, w_second);
    const auto x = S::set(in[i]);
    first = S::fma(x, w_first, first);
    if constexpr (kVectors == 2) second = S::fma(x, w_second, second);
  }
  LINNET_INLINE void at_least(typename S::V bound) {
    rest.at_least(bound);
    first = S::at_least(first, bound);
    second = S::at_least(second, bound);
  }
  LINNET_INLINE void at_most(typename S::V bound) {
    rest.at_most(bound);
    first = S::at_most(first, bound);
    second = S::at_most(second, bound);
  }
  LINNET_INLINE void store(int m, int n, float* out, size_t stride) const {
    rest.store(m, n, out, stride);
    if (kRows > m) return;
    float* to = out + (kRows - 1) * stride;
    if (n < S::kWidth) return S::store_part(to, first, n);
    S::store(to, first);
    if constexpr (kVectors == 2) {
      if (n >= 2 * S::kWidth) return S::store(to + S::kWidth, second);
      if (n > S::kWidth) S::store_part(to + S::kWidth, second, n - S::kWidth);
    }
  }
};

template <typename S, int kVectors>
struct BroadcastTile<S, 0, kVectors> {
  LINNET_INLINE void start(typename S::V, typename S::V) {}
  LINNET_INLINE void point(const float* const*) {}
  LINNET_INLINE void multiply(int, typename S::V, typename S::V) {}
  LINNET_INLINE void at_least(typename S::V) {}
  LINNET_INLINE void at_most(typename S::V) {}
  LINNET_INLINE void store(int, int, float*, size_t) const {}
};

// What the tiles of one call share.
struct BroadcastCall {
  int m, segments;
  const float* const* rows;
  int mr;  // distance of the pointers of two segments
  const int* k;
  size_t panel_floats;
  Activation activation;
  size_t out_stride;
};

// kVectors vectors of panels for one tile of pixels. n: channels from `out` on, at most those of
// the panels; `panels` is how many panels there are.
template <typename S, int kRows, int kVectors>
LINNET_INLINE void broadcast_panels(const BroadcastCall& call, const float* w, int panels, int n,
                                    float* out) {
  constexpr int kSecond = (kVectors - 1) * S::kPanels;
  const float* w2 = w + kSecond * call.panel_floats;
  // A panel that is missing is the one before it; its results are not stored.
  const size_t odd = panels < kVectors * S::kPanels ? 0 : call.panel_floats;
  const size_t step = kVectors == 2 ? call.panel_floats : odd;
  BroadcastTile<S, kRows, kVectors> tile;
  tile.start(S::load_panels(w, step), S::load_panels(w2, odd));
  for (int t = 0; t < call.segments; ++t) {
    tile.point(call.rows + t * call.mr);
    const int count = call.k[t];
    for (int i = 0; i < count; ++i) {
      w += kIgemmF32PanelWidth;
      w2 += kIgemmF32PanelWidth;
      tile.multiply(i, S::load_panels(w, step), S::load_panels(w2, odd));
    }
  }
  clamp_tile<S>(tile, call.activation);
  tile.store(call.m, n, out, call.out_stride);
}

template <typename S, int kRows>
LINNET_INLINE void broadcast_rows(const BroadcastCall& call, const float* panels, int n,
                                  float* out) {
  constexpr int kTwo = 2 * S::kPanels;
  int left = (n + kIgemmF32PanelWidth - 1) / kIgemmF32PanelWidth;
  for (; left > S::kPanels; left -= kTwo) {
    broadcast_panels<S, kRows, 2>(call, panels, left, n, out);
    panels += kTwo * call.panel_floats;
    n -= kTwo * kIgemmF32PanelWidth;
    out += kTwo * kIgemmF32PanelWidth;
  }
  if (left > 0) broadcast_panels<S, kRows, 1>(call, panels, left, n, out);
}

template <typename S, int kRows, int kFewRows>
LINNET_INLINE void broadcast_igemm(int m, int segments, const float* const* rows, const int* k,
                                   const float* panels, size_t panel_floats, int n,
                                   const Epilogue& epilogue, float* out, size_t out_stride) {
  const BroadcastCall call = {
      m, segments, rows, kRows, k, panel_floats, epilogue.activation, out_stride};
  if (m > kFewRows) {
    broadcast_rows<S, kRows>(call, panels, n, out);
  } else {
    broadcast_rows<S, kFewRows>(call, panels, n, out);
  }
  if (!is_clamp(epilogue.activation)) {
    activate_block<S>(m, n, out, out_stride, epilogue, out, out_stride);
  }
}

}  // namespace
}  // namespace linnet
