// winograd_f32: the transforms of a 3x3 convolution with stride 1 by Winograd's minimal filtering.
//
// Source: A. Lavin and S. Gray, "Fast Algorithms for Convolutional Neural Networks",
// arXiv:1509.09308: F(2x2, 3x3) and F(4x4, 3x3) with the points 0, 1, -1 (and 2, -2), infinity.
//
// A tile of t x t output pixels needs a patch of (t + 2) x (t + 2) input pixels. The input
// transform makes of each channel's patch as many values, one for each position; for each position
// a matrix multiplication over the channels follows (igemm_f32); the output transform makes the
// pixels. 2.25 times (t = 2) or 4 times (t = 4) fewer multiplications than the direct way.
//
// Rounding: results differ from the direct sum by a few times 1e-6 of the largest sum of absolute
// products for t = 4, by less than 1e-6 for t = 2.
#pragma once

#include "kernels/base.h"

namespace linnet {

inline constexpr int kWinogradMaxTile = 4;
inline constexpr int kWinogradMaxPatch = kWinogradMaxTile + 2;

LINNET_INLINE constexpr int winograd_positions(int tile) {
  return (tile + 2) * (tile + 2);
}

// Weights (layout winograd n8k1): the biases, padded to a multiple of 16 floats; then for each
// position, row by row of the patch, the panels of igemm_f32.h, with biases of zero.
LINNET_INLINE constexpr size_t winograd_bias_floats(size_t outputs) {
  return round_up(outputs, 16);
}

// pixels       (tile + 2)^2 pointers to `channels` floats each, row by row; padding points to
// zeros. out          out[position * position_stride + channel]; must not overlap what is read.
using WinogradInputF32 = void (*)(const float* const* pixels, int channels, float* out,
                                  size_t position_stride);
// in           in[position * position_stride + channel].
// bias         `channels` floats.
// pixels       tile^2 pointers to `channels` floats each, row by row; null: beyond the picture.
using WinogradOutputF32 = void (*)(const float* in, size_t position_stride, const float* bias,
                                   int channels, const Epilogue& epilogue, float* const* pixels);

struct WinogradF32Variant {
  const char* name;
  uint32_t features;
  int tile;  // 2 or 4
  WinogradInputF32 input;
  WinogradOutputF32 output;
};

const WinogradF32Variant* winograd_f32_variants(int* count);
// The first variant for this tile that `features` allows.
const WinogradF32Variant& winograd_f32_select(uint32_t features, int tile);

}  // namespace linnet
