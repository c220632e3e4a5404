// How a row of outputs of a square window without dilation is cut into tiles of four and two
// pixels. Tiles at the ends of a row know the columns that are padding; what fits no tile is
// computed pixel by pixel.
#pragma once

#include "kernels/base.h"

namespace linnet {
namespace {  // NOLINT(google-build-namespaces)

struct TiledRow {
  int out_width, in_width, pad_left;
};

// Whether kOutputs windows from output x on lie in the row, except for their first kLeft columns
// and the last kRight, which are padding.
template <int kKernel, int kStride, int kOutputs, int kLeft, int kRight>
LINNET_INLINE bool is_tile(const TiledRow& row, int x) {
  constexpr int kColumns = (kOutputs - 1) * kStride + kKernel;
  const int left = x * kStride - row.pad_left;
  if (x + kOutputs > row.out_width || left + kLeft < 0) return false;
  if (left + kColumns - kRight > row.in_width) return false;
  if (kLeft > 0 && left + kLeft != 0) return false;
  return kRight == 0 || left + kColumns - kRight == row.in_width;
}

// Tiles: tile<kOutputs, kLeft, kRight>(x) and pixel(x) compute outputs from x on.
template <int kKernel, int kStride, typename Tiles>
LINNET_INLINE void for_each_tile(const TiledRow& row, const Tiles& tiles) {
  constexpr int kEdge = kKernel / 2;
  // A row of even width ends with padding if the stride is 1, else (nearly) without.
  constexpr bool kHasRightEdge = kStride == 1;
  for (int x = 0; x < row.out_width;) {
    if (is_tile<kKernel, kStride, 4, 0, 0>(row, x)) {
      tiles.template tile<4, 0, 0>(x);
      x += 4;
    } else if (is_tile<kKernel, kStride, 4, kEdge, 0>(row, x)) {
      tiles.template tile<4, kEdge, 0>(x);
      x += 4;
    } else if (kHasRightEdge && is_tile<kKernel, kStride, 4, 0, kEdge>(row, x)) {
      if constexpr (kHasRightEdge) tiles.template tile<4, 0, kEdge>(x);
      x += 4;
    } else if (!kHasRightEdge && is_tile<kKernel, kStride, 2, 0, 0>(row, x)) {
      if constexpr (!kHasRightEdge) tiles.template tile<2, 0, 0>(x);
      x += 2;
    } else if (kHasRightEdge && is_tile<kKernel, kStride, 2, 0, kEdge>(row, x)) {
      if constexpr (kHasRightEdge) tiles.template tile<2, 0, kEdge>(x);
      x += 2;
    } else {
      tiles.pixel(x++);
    }
  }
}

}  // namespace
}  // namespace linnet
