// igemm_s8 for x86: one load of 4 input values serves kVectors vectors of dot products of 4, one
// load of weights serves kRows.
//
// S adds to a struct of kernels/simd:
//   I               vectors of 32-bit sums
//   kPanels         the panels that lie side by side in one
//   load_panels     32 bytes of each
//   Inputs, inputs  4 input values as dot takes them
//   dot(sum, x, w)
//   kUnsignedWeights  dot takes weights as w + 128, which weights(w, inputs) makes of those of the
//                   first `inputs` of a group: then a pixel's sums start with -128 times the sum of
//                   its inputs, which add_groups(sums, x) adds up from 4 groups of 4;
//                   start(bias, correction) gives what the sums start with
//   to_float, Requantize, and store_first(p, v, n) of 8-bit results
// A tile is a chain of structs, not arrays; see kernels/igemm_f32/lane_tile.h.
#pragma once

#include <immintrin.h>

#include "kernels/igemm_s8/igemm_s8.h"

namespace linnet {
namespace {  // NOLINT(google-build-namespaces)

// What becomes of the products of sums and multipliers; n: values of the vector to be stored.
template <typename S>
struct BroadcastToS8 {
  typename S::Requantize requantize;
  LINNET_INLINE void put(typename S::V x, int n, int8_t* to) const {
    S::store_first(to, requantize(x), n);
  }
};
template <typename S>
struct BroadcastToF32 {
  LINNET_INLINE void put(typename S::V x, int n, float* to) const {
    if (n >= S::kWidth) return S::store(to, x);
    S::store_part(to, x, n);
  }
};

template <typename S, int kRows, int kVectors>
struct BroadcastTile {
  static_assert(kVectors == 1 || kVectors == 2);
  BroadcastTile<S, kRows - 1, kVectors> rest;  // the pixels before this one
  typename S::I first, second;                 // sums; second only if there are two vectors
  const int8_t* in;

  LINNET_INLINE void start(typename S::I bias_first, typename S::I bias_second,
                           const int32_t* corrections) {
    rest.start(bias_first, bias_second, corrections);
    first = S::start(bias_first, corrections[kRows - 1]);
    second = S::start(bias_second, corrections[kRows - 1]);
  }
  LINNET_INLINE void point(const int8_t* const* rows) {
    rest.point(rows);
    in = rows[kRows - 1];
  }
  LINNET_INLINE void multiply(size_t at, typename S::I w_first, typename S::I w_second) {
    rest.multiply(at, w_first, w_second);
    const auto x = S::inputs(in + at);
    first = S::dot(first, x, w_first);
    if constexpr (kVectors == 2) second = S::dot(second, x, w_second);
  }
  template <typename Output, typename Out>
  LINNET_INLINE void finish(const Output& output, typename S::V multiplier_first,
                            typename S::V multiplier_second, int m, int n, Out* out,
                            size_t stride) const {
    rest.finish(output, multiplier_first, multiplier_second, m, n, out, stride);
    if (kRows > m) return;
    Out* to = out + (kRows - 1) * stride;
    output.put(S::mul(S::to_float(first), multiplier_first), n, to);
    if (kVectors == 1 || n <= S::kWidth) return;
    output.put(S::mul(S::to_float(second), multiplier_second), n - S::kWidth, to + S::kWidth);
  }
};

template <typename S, int kVectors>
struct BroadcastTile<S, 0, kVectors> {
  LINNET_INLINE void start(typename S::I, typename S::I, const int32_t*) {}
  LINNET_INLINE void point(const int8_t* const*) {}
  LINNET_INLINE void multiply(size_t, typename S::I, typename S::I) {}
  template <typename Output, typename Out>
  LINNET_INLINE void finish(const Output&, typename S::V, typename S::V, int, int, Out*,
                            size_t) const {}
};

// What the tiles of one call share.
template <typename Output, typename Out>
struct BroadcastCall {
  int m, segments;
  const int8_t* const* rows;
  int mr;  // distance of the pointers of two segments
  const int* k;
  size_t panel_bytes;
  size_t stride;
  Output output;
  const int32_t* corrections;  // by pixel, if weights are unsigned
};

// kVectors vectors of panels for one tile of pixels. n: channels from `out` on; `left` is how many
// panels there are.
template <typename S, int kRows, int kVectors, typename Output, typename Out>
LINNET_INLINE void broadcast_panels(const BroadcastCall<Output, Out>& call, const uint8_t* panel,
                                    int left, int n, Out* out) {
  const uint8_t* panel2 = panel + (kVectors - 1) * S::kPanels * call.panel_bytes;
  // A panel that is missing is the one before it; its results are not stored.
  const size_t odd = left < kVectors * S::kPanels ? 0 : call.panel_bytes;
  const size_t step = kVectors == 2 ? call.panel_bytes : odd;
  const auto& header = *reinterpret_cast<const IgemmS8PanelHeader*>(panel);
  const auto& header2 = *reinterpret_cast<const IgemmS8PanelHeader*>(panel2);
  BroadcastTile<S, kRows, kVectors> tile;
  tile.start(S::load_panels(header.bias, step), S::load_panels(header2.bias, odd),
             call.corrections);
  constexpr size_t kGroupBytes = size_t{kIgemmS8Group} * kIgemmS8PanelWidth;
  const uint8_t* w = panel + sizeof header;
  const uint8_t* w2 = panel2 + sizeof header;
  for (int t = 0; t < call.segments; ++t) {
    tile.point(call.rows + t * call.mr);
    const auto count = static_cast<size_t>(call.k[t]);
    size_t at = 0;
    for (; at + kIgemmS8Group <= count; at += kIgemmS8Group) {
      tile.multiply(at, S::weights(S::load_panels(w, step), kIgemmS8Group),
                    S::weights(S::load_panels(w2, odd), kIgemmS8Group));
      w += kGroupBytes;
      w2 += kGroupBytes;
    }
    if (at == count) continue;
    const auto inputs = static_cast<int>(count - at);
    tile.multiply(at, S::weights(S::load_panels(w, step), inputs),
                  S::weights(S::load_panels(w2, odd), inputs));
    w += kGroupBytes;
    w2 += kGroupBytes;
  }
  tile.finish(call.output, S::as_float(S::load_panels(header.multiplier, step)),
              S::as_float(S::load_panels(header2.multiplier, odd)), call.m, n, out, call.stride);
}

// -128 times the sum of a pixel's inputs. Over-read values are not in it, nor may they be
// multiplied with anything but 0: the next pixel's thread may write them between their reading here
// and there.
template <typename S>
LINNET_INLINE int32_t correction(int segments, const int8_t* const* rows, int mr, const int* k) {
  alignas(16) static constexpr int8_t kIndex[16] = {0, 1, 2,  3,  4,  5,  6,  7,
                                                    8, 9, 10, 11, 12, 13, 14, 15};
  const __m128i index = _mm_load_si128(reinterpret_cast<const __m128i*>(kIndex));
  __m128i sums = _mm_setzero_si128();
  for (int t = 0; t < segments; ++t) {
    const auto* in = reinterpret_cast<const __m128i*>(rows[t * mr]);
    int left = k[t];
    for (; left >= 16; left -= 16) sums = S::add_groups(sums, _mm_loadu_si128(in++));
    if (left == 0) continue;
    const __m128i used = _mm_cmpgt_epi8(_mm_set1_epi8(static_cast<char>(left)), index);
    sums = S::add_groups(sums, _mm_and_si128(_mm_loadu_si128(in), used));
  }
  sums = _mm_add_epi32(sums, _mm_shuffle_epi32(sums, 0x4E));
  sums = _mm_add_epi32(sums, _mm_shuffle_epi32(sums, 0xB1));
  // Multiplied as a vector: it may wrap around.
  return _mm_cvtsi128_si32(_mm_sub_epi32(_mm_setzero_si128(), _mm_slli_epi32(sums, 7)));
}

// Turns the first `inputs` weights of each group of 4 into w + 128.
LINNET_INLINE int32_t unsigned_weights_flip(int inputs) {
  return static_cast<int32_t>(0x80808080U >> (8 * (kIgemmS8Group - inputs)));
}

template <typename S, int kRows, typename Output, typename Out>
LINNET_INLINE void broadcast_rows(BroadcastCall<Output, Out> call, const void* panels, int n,
                                  Out* out) {
  int32_t corrections[kRows] = {};
  if constexpr (S::kUnsignedWeights) {
    for (int p = 0; p < kRows; ++p) {
      corrections[p] = correction<S>(call.segments, call.rows + p, call.mr, call.k);
    }
  }
  call.corrections = corrections;
  constexpr int kTwo = 2 * S::kPanels;
  const auto* panel = static_cast<const uint8_t*>(panels);
  int left = (n + kIgemmS8PanelWidth - 1) / kIgemmS8PanelWidth;
  for (; left > S::kPanels; left -= kTwo) {
    broadcast_panels<S, kRows, 2>(call, panel, left, n, out);
    panel += kTwo * call.panel_bytes;
    n -= kTwo * kIgemmS8PanelWidth;
    out += kTwo * kIgemmS8PanelWidth;
  }
  if (left > 0) broadcast_panels<S, kRows, 1>(call, panel, left, n, out);
}

template <typename S, int kRows, int kFewRows, typename Output, typename Out>
LINNET_INLINE void broadcast_igemm(int m, int segments, const int8_t* const* rows, const int* k,
                                   const void* panels, size_t panel_bytes, int n,
                                   const Output& output, Out* out, size_t stride) {
  BroadcastCall<Output, Out> call = {m,           segments, rows,   kRows,  k,
                                     panel_bytes, stride,   output, nullptr};
  for (; m > 0; m -= kRows) {
    call.m = m < kRows ? m : kRows;
    if (m <= kFewRows) return broadcast_rows<S, kFewRows>(call, panels, n, out);
    broadcast_rows<S, kRows>(call, panels, n, out);
    call.rows += static_cast<std::ptrdiff_t>(segments) * kRows;
    out += kRows * stride;
  }
}

}  // namespace
}  // namespace linnet
