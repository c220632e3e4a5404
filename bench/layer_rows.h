// The pointers that kernels take, for the layers of bench/layers.h. T: element type of the input.
#pragma once

#include <vector>

#include "bench/layers.h"

namespace linnet::bench {

// Pointers to the rows of the window of output row y, null outside the picture.
template <typename T>
void window_rows(const Layer& l, const T* in, int y, const T** rows) {
  for (int r = 0; r < l.kernel; ++r) {
    const int row = y * l.stride - l.kernel / 2 + r;
    const bool inside = row >= 0 && row < l.height * l.stride;
    const int offset = row * in_width(l) * l.in_channels;
    rows[r] = inside ? in + offset : nullptr;
  }
}

// What depthwise convolutions and pools have in common.
template <typename Args, typename T>
Args row_args(const Layer& l, const T* const* rows) {
  Args args = {};
  args.channels = l.in_channels;
  args.out_width = l.width;
  args.in_width = in_width(l);
  args.kernel_h = args.kernel_w = l.kernel;
  args.stride_w = l.stride;
  args.pad_left = l.kernel / 2;
  args.rows = rows;
  args.in_pixel_stride = args.out_pixel_stride = static_cast<size_t>(l.in_channels);
  return args;
}

template <typename Args, typename T>
void run_rows(void (*function)(const Args&), const Layer& l, const T* in, Args args, const T** rows,
              T* out) {
  for (int y = 0; y < l.height; ++y) {
    window_rows(l, in, y, rows);
    args.out = out + static_cast<size_t>(y * l.width) * args.out_pixel_stride;
    function(args);
  }
}

// igemm's pointers, [tile][tap][mr]; `padding` where the window leaves the picture and for pixels
// beyond the last.
template <typename T>
std::vector<const T*> tile_rows(const Layer& l, size_t mr, const T* in, const T* padding) {
  std::vector<const T*> rows((pixels(l) + mr - 1) / mr * mr * taps(l), padding);
  for (size_t p = 0; p < pixels(l); ++p) {
    const T** to = rows.data() + p / mr * mr * taps(l) + p % mr;
    const int top = static_cast<int>(p) / l.width * l.stride - l.kernel / 2;
    const int left = static_cast<int>(p) % l.width * l.stride - l.kernel / 2;
    for (int y = top; y < top + l.kernel; ++y) {
      for (int x = left; x < left + l.kernel; ++x, to += mr) {
        const bool inside = y >= 0 && y < l.height * l.stride && x >= 0 && x < in_width(l);
        if (inside) *to = in + (y * in_width(l) + x) * l.in_channels;
      }
    }
  }
  return rows;
}

}  // namespace linnet::bench
