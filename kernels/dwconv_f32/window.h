// dwconv_f32 on vectors of channels. S: a struct of kernels/simd.
//
// Pixels are computed four at a time, so that an input that several windows share is loaded once
// and weights are loaded once for all four; memory is read in the order in which it lies.
// Columns of padding are left out.
#pragma once

#include <utility>

#include "kernels/activation_f32/vector.h"
#include "kernels/dwconv_f32/dwconv_f32.h"
#include "kernels/simd/vectors.h"
#include "kernels/simd/window_tiles.h"

namespace linnet {
namespace {  // NOLINT(google-build-namespaces)

inline constexpr int kMostDwconvRows = 15;

// The rows of the window that lie in the picture.
struct DwconvRows {
  int count = 0;
  const float* in[kMostDwconvRows];
  const float* weights[kMostDwconvRows];  // of the row's first tap
};

LINNET_INLINE void find_rows(const DwconvF32Args& a, DwconvRows* rows) {
  for (int r = 0; r < a.kernel_h; ++r) {
    if (a.rows[r] == nullptr) continue;
    rows->in[rows->count] = a.rows[r];
    rows->weights[rows->count++] =
        a.weights + static_cast<size_t>(1 + r * a.kernel_w) * a.weight_row_stride;
  }
}

// Output pixel x, whatever part of its window is in the row.
template <typename S>
LINNET_INLINE void dwconv_pixel(const DwconvF32Args& a, const DwconvRows& rows, int x) {
  const int left = x * a.stride_w - a.pad_left;
  float* out = a.out + static_cast<size_t>(x) * a.out_pixel_stride;
  int first = 0, last = a.kernel_w;  // taps inside
  while (first < last && left + first * a.dilation_w < 0) ++first;
  while (first < last && left + (last - 1) * a.dilation_w >= a.in_width) --last;
  for_each_vector<S>(a.channels, [&](auto io, int c) {
    auto sum = io.load(a.weights + c);
    for (int r = 0; r < rows.count; ++r) {
      for (int s = first; s < last; ++s) {
        const auto column = static_cast<size_t>(left + s * a.dilation_w);
        sum = S::fma(io.load(rows.in[r] + column * a.in_pixel_stride + c),
                     io.load(rows.weights[r] + static_cast<size_t>(s) * a.weight_row_stride + c),
                     sum);
      }
    }
    io.store(out + c, sum);
  });
}

// kOutputs pixels from x on. Their windows lie in the row, except for the first kLeft columns and
// the last kRight, which are padding. Indices are template arguments, so that the arrays become
// registers.
template <typename S, int kKernel, int kStride, int kOutputs, int kLeft, int kRight>
struct DwconvTile {
  using V = typename S::V;
  static constexpr int kColumns = (kOutputs - 1) * kStride + kKernel;

  template <int kColumn, int... kOutput>
  static LINNET_INLINE void add_column(V in, const V (&w)[kKernel], V (&sum)[kOutputs],
                                       std::integer_sequence<int, kOutput...>) {
    const auto add = [&](auto output) __attribute__((always_inline)) {
      constexpr int kTap = kColumn - decltype(output)::value * kStride;
      if constexpr (kTap >= 0 && kTap < kKernel) {
        sum[decltype(output)::value] = S::fma(in, w[kTap], sum[decltype(output)::value]);
      }
    };
    (add(std::integral_constant<int, kOutput>()), ...);
  }

  // Pointers walk from tap to tap: an addition each, where products would need registers to stay
  // in.
  template <typename Io, int... kColumn, int... kTap>
  static LINNET_INLINE void add_row(Io io, const float* in, size_t in_stride, const float* weights,
                                    size_t weight_stride, V (&sum)[kOutputs],
                                    std::integer_sequence<int, kColumn...>,
                                    std::integer_sequence<int, kTap...>) {
    const auto next = [](const float** p, size_t stride) __attribute__((always_inline)) {
      const float* at = *p;
      *p += stride;
      return at;
    };
    const V w[kKernel] = {(static_cast<void>(kTap), io.load(next(&weights, weight_stride)))...};
    (add_column<kLeft + kColumn>(io.load(next(&in, in_stride)), w, sum,
                                 std::make_integer_sequence<int, kOutputs>()),
     ...);
  }

  template <int... kOutput>
  static LINNET_INLINE void run(const DwconvF32Args& a, const DwconvRows& rows, int x,
                                std::integer_sequence<int, kOutput...>) {
    const size_t offset = static_cast<size_t>(x * kStride - a.pad_left + kLeft) * a.in_pixel_stride;
    float* out = a.out + static_cast<size_t>(x) * a.out_pixel_stride;
    for_each_vector<S>(
        a.channels, [&](auto io, int c) __attribute__((always_inline)) {
          const V bias = io.load(a.weights + c);
          V sum[kOutputs] = {(static_cast<void>(kOutput), bias)...};
          for (int r = 0; r < rows.count; ++r) {
            add_row(io, rows.in[r] + offset + c, a.in_pixel_stride, rows.weights[r] + c,
                    a.weight_row_stride, sum,
                    std::make_integer_sequence<int, kColumns - kLeft - kRight>(),
                    std::make_integer_sequence<int, kKernel>());
          }
          (io.store(out + kOutput * a.out_pixel_stride + c, sum[kOutput]), ...);
        });
  }
};

template <typename S>
LINNET_INLINE void dwconv_epilogue(const DwconvF32Args& a) {
  if (a.epilogue.activation == Activation::none) return;
  activate_block<S>(a.out_width, a.channels, a.out, a.out_pixel_stride, a.epilogue, a.out,
                    a.out_pixel_stride);
}

template <typename S, int kKernel, int kStride>
struct DwconvTiles {
  const DwconvF32Args& a;
  const DwconvRows& rows;

  template <int kOutputs, int kLeft, int kRight>
  LINNET_INLINE void tile(int x) const {
    DwconvTile<S, kKernel, kStride, kOutputs, kLeft, kRight>::run(
        a, rows, x, std::make_integer_sequence<int, kOutputs>());
  }
  LINNET_INLINE void pixel(int x) const { dwconv_pixel<S>(a, rows, x); }
};

// A square window without dilation.
template <typename S, int kKernel, int kStride>
LINNET_INLINE void dwconv_row(const DwconvF32Args& args) {
  const DwconvF32Args a = args;  // a copy: `out` cannot point into it
  DwconvRows rows;
  find_rows(a, &rows);
  for_each_tile<kKernel, kStride>(TiledRow{a.out_width, a.in_width, a.pad_left},
                                  DwconvTiles<S, kKernel, kStride>{a, rows});
  dwconv_epilogue<S>(a);
}

// Any window.
template <typename S>
LINNET_INLINE void dwconv_any_row(const DwconvF32Args& args) {
  const DwconvF32Args a = args;
  DwconvRows rows;
  find_rows(a, &rows);
  for (int x = 0; x < a.out_width; ++x) dwconv_pixel<S>(a, rows, x);
  dwconv_epilogue<S>(a);
}

}  // namespace
}  // namespace linnet
