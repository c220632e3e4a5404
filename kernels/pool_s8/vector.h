// pool_s8 on vectors of channels. Wide, Narrow: what an instruction set does with kWidth channels.
#pragma once

#include "kernels/pool_s8/pool_s8.h"
#include "kernels/simd/blocks.h"

namespace linnet {
namespace {  // NOLINT(google-build-namespaces)

// Output pixel x: the maximum of the part of its window that lies in the picture. load(p) gives a
// block of channels.
template <typename S, typename Load>
LINNET_INLINE typename S::V window_max(const PoolS8Args& a, int x, int c, const Load& load) {
  const int left = x * a.stride_w - a.pad_left;
  const int first = left < 0 ? 0 : left;
  const int last = left + a.kernel_w < a.in_width ? left + a.kernel_w : a.in_width;
  auto most = S::least();
  for (int r = 0; r < a.kernel_h; ++r) {
    if (a.rows[r] == nullptr) continue;
    const int8_t* in = a.rows[r] + static_cast<size_t>(first) * a.in_pixel_stride + c;
    for (int column = first; column < last; ++column) {
      most = S::max(most, load(in));
      in += a.in_pixel_stride;
    }
  }
  return most;
}

template <typename Wide, typename Narrow>
LINNET_INLINE void max_pool_s8_pixel(const PoolS8Args& a, int x) {
  int8_t* const out = a.out + static_cast<size_t>(x) * a.out_pixel_stride;
  if (a.channels < Narrow::kWidth) {
    const auto load = [&](const int8_t* p) { return Narrow::load_part(p, a.channels); };
    return Narrow::store_part(out, window_max<Narrow>(a, x, 0, load), a.channels);
  }
  for_each_overlapping_block<Wide, Narrow>(
      a.channels, [&](auto s, int c) __attribute__((always_inline)) {
        using S = decltype(s);
        const auto load = [](const int8_t* p) { return S::load(p); };
        S::store(out + c, window_max<S>(a, x, c, load));
      });
}

// The maximum of a column of a window of three rows.
template <typename S>
LINNET_INLINE typename S::V column_max(const PoolS8Args& a, size_t offset) {
  const auto most = S::max(S::load(a.rows[0] + offset), S::load(a.rows[1] + offset));
  return S::max(most, S::load(a.rows[2] + offset));
}

// Two output pixels from x on with 3x3 windows and stride 2 that lie in the picture: the windows
// share a column.
template <typename Wide, typename Narrow>
LINNET_INLINE void max_pool_s8_3x3s2_pair(const PoolS8Args& a, int x) {
  const size_t stride = a.in_pixel_stride;
  const size_t first = static_cast<size_t>(2 * x - a.pad_left) * stride;
  int8_t* const out = a.out + static_cast<size_t>(x) * a.out_pixel_stride;
  for_each_overlapping_block<Wide, Narrow>(
      a.channels, [&](auto s, int c) __attribute__((always_inline)) {
        using S = decltype(s);
        const size_t at = first + static_cast<size_t>(c);
        const auto shared = column_max<S>(a, at + 2 * stride);
        const auto before = S::max(column_max<S>(a, at), column_max<S>(a, at + stride));
        const auto after =
            S::max(column_max<S>(a, at + 3 * stride), column_max<S>(a, at + 4 * stride));
        S::store(out + c, S::max(before, shared));
        S::store(out + a.out_pixel_stride + c, S::max(after, shared));
      });
}

template <typename Wide, typename Narrow>
LINNET_INLINE void max_pool_s8_row(const PoolS8Args& args) {
  const PoolS8Args a = args;  // a copy: `out` cannot point into it
  const bool is_3x3s2 = a.kernel_h == 3 && a.kernel_w == 3 && a.stride_w == 2 &&
                        a.channels >= Narrow::kWidth && a.rows[0] != nullptr &&
                        a.rows[1] != nullptr && a.rows[2] != nullptr;
  for (int x = 0; x < a.out_width;) {
    const int left = 2 * x - a.pad_left;
    if (is_3x3s2 && left >= 0 && x + 1 < a.out_width && left + 5 <= a.in_width) {
      max_pool_s8_3x3s2_pair<Wide, Narrow>(a, x);
      x += 2;
    } else {
      max_pool_s8_pixel<Wide, Narrow>(a, x++);
    }
  }
}

}  // namespace
}  // namespace linnet
