// pool_f32 on vectors of channels. S: a struct of kernels/simd.
#pragma once

#include <cfloat>

#include "kernels/pool_f32/pool_f32.h"

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
template <typename S, typename Load, typename Combine>
LINNET_INLINE typename S::V combine_window(const PoolF32Args& a, const PoolWindow& window, int c,
                                           typename S::V start, const Load& load,
                                           const Combine& combine) {
  auto result = start;
  for (int r = 0; r < a.kernel_h; ++r) {
    if (a.rows[r] == nullptr) continue;
    const float* in = a.rows[r] + static_cast<size_t>(window.first) * a.in_pixel_stride + c;
    for (int column = window.first; column < window.last; ++column) {
      result = combine(result, load(in));
      in += a.in_pixel_stride;
    }
  }
  return result;
}

// start, combine: of the windows; finish(sum, window) makes the output.
template <typename S, typename Combine, typename Finish>
LINNET_INLINE void pool_row(const PoolF32Args& a, float start, const Combine& combine,
                            const Finish& finish) {
  for (int x = 0; x < a.out_width; ++x) {
    const PoolWindow window = pool_window(a, x);
    float* out = a.out + static_cast<size_t>(x) * a.out_pixel_stride;
    int c = 0;
    for (; c + S::kWidth <= a.channels; c += S::kWidth) {
      const auto load = [](const float* p) { return S::load(p); };
      const auto sum = combine_window<S>(a, window, c, S::set(start), load, combine);
      S::store(out + c, finish(sum, window));
    }
    if (c < a.channels) {
      const int n = a.channels - c;
      const auto load = [n](const float* p) { return S::load_part(p, n); };
      const auto sum = combine_window<S>(a, window, c, S::set(start), load, combine);
      S::store_part(out + c, finish(sum, window), n);
    }
  }
}

template <typename S>
LINNET_INLINE void max_pool_row(const PoolF32Args& a) {
  using V = typename S::V;
  pool_row<S>(
      a, -FLT_MAX, [](V most, V x) { return S::at_least(x, most); },
      [](V most, const PoolWindow&) { return most; });
}

template <typename S>
LINNET_INLINE void avg_pool_row(const PoolF32Args& a) {
  using V = typename S::V;
  pool_row<S>(
      a, 0.0f, [](V sum, V x) { return S::add(sum, x); },
      [&a](V sum, const PoolWindow& window) {
        const int columns = window.last > window.first ? window.last - window.first : 0;
        const int inside = window.rows * columns;
        const int pixels = a.count_padding ? a.kernel_h * a.kernel_w : inside;
        return S::mul(sum, S::set(1.0f / static_cast<float>(pixels == 0 ? 1 : pixels)));
      });
}

// Sums of at most kRun pixels are added up, so that rounding errors stay small.
template <typename S, typename Load>
LINNET_INLINE typename S::V mean_vector(int pixels, const float* in, size_t stride,
                                        const Load& load) {
  constexpr int kRun = 64;
  auto total = S::set(0.0f);
  for (int p = 0; p < pixels;) {
    const int end = pixels - p < kRun ? pixels : p + kRun;
    auto sum = S::set(0.0f);
    for (; p < end; ++p) {
      sum = S::add(sum, load(in));
      in += stride;
    }
    total = S::add(total, sum);
  }
  return S::mul(total, S::set(1.0f / static_cast<float>(pixels)));
}

template <typename S>
LINNET_INLINE void global_avg_pool(int pixels, int channels, const float* in, size_t stride,
                                   float* out) {
  int c = 0;
  for (; c + S::kWidth <= channels; c += S::kWidth) {
    S::store(out + c,
             mean_vector<S>(pixels, in + c, stride, [](const float* p) { return S::load(p); }));
  }
  if (c < channels) {
    const int n = channels - c;
    S::store_part(
        out + c,
        mean_vector<S>(pixels, in + c, stride, [n](const float* p) { return S::load_part(p, n); }),
        n);
  }
}

}  // namespace
}  // namespace linnet
