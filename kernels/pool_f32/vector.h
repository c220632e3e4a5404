// pool_f32 on vectors of channels. S: a struct of kernels/simd.
#pragma once

#include <cfloat>

#include "kernels/pool_f32/pool_f32.h"
#include "kernels/simd/vectors.h"

namespace linnet {
namespace {  // NOLINT(google-build-namespaces)

// The part of the window at output x that lies in the picture.
struct PoolWindow {
  int first, last;  // columns
  int rows;
};

LINNET_INLINE PoolWindow pool_window(const PoolF32Args& a, int x) {
  const int left = x * a.stride_w - a.pad_left;
  PoolWindow window = {left < 0 ? 0 : left, left + a.kernel_w, 0};
  if (window.last > a.in_width) window.last = a.in_width;
  for (int r = 0; r < a.kernel_h; ++r) window.rows += a.rows[r] != nullptr;
  return window;
}

// Combines all input pixels of the window, for one vector of channels.
template <typename S, typename Io, typename Combine>
LINNET_INLINE typename S::V combine_window(const PoolF32Args& a, const PoolWindow& window, int c,
                                           typename S::V start, Io io, const Combine& combine) {
  auto result = start;
  for (int r = 0; r < a.kernel_h; ++r) {
    if (a.rows[r] == nullptr) continue;
    const float* in = a.rows[r] + static_cast<size_t>(window.first) * a.in_pixel_stride + c;
    for (int column = window.first; column < window.last; ++column) {
      result = combine(result, io.load(in));
      in += a.in_pixel_stride;
    }
  }
  return result;
}

// Output pixels [first, last). start, combine: of the windows; finish(sum, window) makes the
// output.
template <typename S, typename Combine, typename Finish>
LINNET_INLINE void pool_pixels(const PoolF32Args& a, int first, int last, float start,
                               const Combine& combine, const Finish& finish) {
  for (int x = first; x < last; ++x) {
    const PoolWindow window = pool_window(a, x);
    float* out = a.out + static_cast<size_t>(x) * a.out_pixel_stride;
    for_each_vector<S>(
        a.channels, [&](auto io, int c) __attribute__((always_inline)) {
          const auto sum = combine_window<S>(a, window, c, S::set(start), io, combine);
          io.store(out + c, finish(sum, window));
        });
  }
}

// The maximum of a column of a window of three rows.
template <typename S>
LINNET_INLINE typename S::V column_max(const PoolF32Args& a, size_t offset) {
  const auto most = S::at_least(S::load(a.rows[0] + offset), S::load(a.rows[1] + offset));
  return S::at_least(most, S::load(a.rows[2] + offset));
}

// Two output pixels with 3x3 windows and stride 2 that lie in the picture, whole vectors of
// channels: the windows share a column.
template <typename S>
LINNET_INLINE void max_pool_3x3s2_pair(const PoolF32Args& a, int left, float* out) {
  const size_t stride = a.in_pixel_stride;
  const size_t first = static_cast<size_t>(left) * stride;
  for (int c = 0; c < a.channels; c += S::kWidth) {
    const size_t at = first + static_cast<size_t>(c);
    const auto shared = column_max<S>(a, at + 2 * stride);
    const auto before = S::at_least(column_max<S>(a, at), column_max<S>(a, at + stride));
    const auto after =
        S::at_least(column_max<S>(a, at + 3 * stride), column_max<S>(a, at + 4 * stride));
    S::store(out + c, S::at_least(before, shared));
    S::store(out + a.out_pixel_stride + c, S::at_least(after, shared));
  }
}

template <typename S>
LINNET_INLINE void max_pool_pixels(const PoolF32Args& a, int first, int last) {
  using V = typename S::V;
  pool_pixels<S>(
      a, first, last, -FLT_MAX, [](V most, V x) { return S::at_least(x, most); },
      [](V most, const PoolWindow&) { return most; });
}

template <typename S>
LINNET_INLINE void max_pool_row(const PoolF32Args& args) {
  const PoolF32Args a = args;  // a copy: `out` cannot point into it
  const bool is_3x3s2 = a.kernel_h == 3 && a.kernel_w == 3 && a.stride_w == 2 &&
                        a.channels % S::kWidth == 0 && a.rows[0] != nullptr &&
                        a.rows[1] != nullptr && a.rows[2] != nullptr;
  if (!is_3x3s2) return max_pool_pixels<S>(a, 0, a.out_width);
  int x = (a.pad_left + 1) / 2;  // the first window that lies in the picture
  if (x > a.out_width) x = a.out_width;
  max_pool_pixels<S>(a, 0, x);
  for (; x + 1 < a.out_width && 2 * x - a.pad_left + 5 <= a.in_width; x += 2) {
    max_pool_3x3s2_pair<S>(a, 2 * x - a.pad_left,
                           a.out + static_cast<size_t>(x) * a.out_pixel_stride);
  }
  max_pool_pixels<S>(a, x, a.out_width);
}

template <typename S>
LINNET_INLINE void avg_pool_row(const PoolF32Args& a) {
  using V = typename S::V;
  pool_pixels<S>(
      a, 0, a.out_width, 0.0f, [](V sum, V x) { return S::add(sum, x); },
      [&a](V sum, const PoolWindow& window) {
        const int columns = window.last > window.first ? window.last - window.first : 0;
        const int inside = window.rows * columns;
        const int pixels = a.count_padding ? a.kernel_h * a.kernel_w : inside;
        return S::mul(sum, S::set(1.0f / static_cast<float>(pixels == 0 ? 1 : pixels)));
      });
}

// Sums of at most kRun pixels are added up, so that rounding errors stay small.
template <typename S, typename Io>
LINNET_INLINE typename S::V mean_vector(int pixels, const float* in, size_t stride, Io io) {
  constexpr int kRun = 64;
  auto total = S::set(0.0f);
  for (int p = 0; p < pixels;) {
    const int end = pixels - p < kRun ? pixels : p + kRun;
    auto sum = S::set(0.0f);
    for (; p < end; ++p) {
      sum = S::add(sum, io.load(in));
      in += stride;
    }
    total = S::add(total, sum);
  }
  return S::mul(total, S::set(1.0f / static_cast<float>(pixels)));
}

template <typename S>
LINNET_INLINE void global_avg_pool(int pixels, int channels, const float* in, size_t stride,
                                   float* out) {
  for_each_vector<S>(
      channels, [&](auto io, int c) __attribute__((always_inline)) {
        io.store(out + c, mean_vector<S>(pixels, in + c, stride, io));
      });
}

}  // namespace
}  // namespace linnet
