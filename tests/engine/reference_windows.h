// What the reference's operators share.
#pragma once

#include "tests/engine/reference.h"

namespace linnet::test {

using format::Node;

inline int output_extent(int extent, int before, int after, int kernel, int dilation, int stride) {
  return (extent + before + after - (dilation * (kernel - 1) + 1)) / stride + 1;
}

// An empty map of the size that the node's window makes of `in`.
inline Map slide(const Node& n, const Map& in, int channels) {
  return {output_extent(in.height, n.pad_top, n.pad_bottom, n.kernel_h, n.dilation_h, n.stride_h),
          output_extent(in.width, n.pad_left, n.pad_right, n.kernel_w, n.dilation_w, n.stride_w),
          channels};
}

// Calls take(tap, y, x) for the taps of the window at output (oy, ox) that lie inside `in`.
template <typename Take>
void for_each_tap(const Node& n, const Map& in, int oy, int ox, const Take& take) {
  for (int r = 0; r < n.kernel_h; ++r) {
    for (int s = 0; s < n.kernel_w; ++s) {
      const int y = oy * n.stride_h - n.pad_top + r * n.dilation_h;
      const int x = ox * n.stride_w - n.pad_left + s * n.dilation_w;
      if (y >= 0 && y < in.height && x >= 0 && x < in.width) take(r * n.kernel_w + s, y, x);
    }
  }
}

template <typename Value>
Map fill(Map map, const Value& value) {
  for (int y = 0; y < map.height; ++y) {
    for (int x = 0; x < map.width; ++x) {
      for (int c = 0; c < map.channels; ++c) map.at(y, x, c) = value(y, x, c);
    }
  }
  return map;
}

}  // namespace linnet::test
