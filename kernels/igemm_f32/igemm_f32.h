// igemm_f32: indirect matrix multiplication, the kernel behind every dense convolution.
//
// Source of the idea: M. Dukhan, "The Indirect Convolution Algorithm", arXiv:1907.02129.
//
// One call computes `m` output pixels x `n` output channels:
//
//   out[p * out_pixel_stride + c] = epilogue(bias[c] +
//       sum over segments t, i < k[t] of rows[t * mr + p][i] * weight[c][K(t) + i])
//
// with K(t) = k[0] + … + k[t-1]. A segment is one tap of the window on one contiguous channel run
// of one tensor; 1x1, 3x3, concat, split and nearest upsampling differ only in the pointers.
#pragma once

#include "kernels/base.h"

namespace linnet {

// Output channels in one weight panel (layout n8k1).
inline constexpr int kIgemmF32PanelWidth = 8;
inline constexpr size_t kIgemmF32PanelAlign = 64;  // bytes

// Floats in one panel of `k_total` input values: 8 biases, then k_total x 8 weights, padded with
// zeros to a multiple of 64 bytes.
LINNET_INLINE constexpr size_t igemm_f32_panel_floats(size_t k_total) {
  return round_up((k_total + 1) * kIgemmF32PanelWidth * sizeof(float), kIgemmF32PanelAlign) /
         sizeof(float);
}
LINNET_INLINE constexpr size_t igemm_f32_panel_count(size_t n) {
  return divide_round_up(n, kIgemmF32PanelWidth);
}

// m            1 to mr pixels (mr is the variant's).
// segments     at least 1.
// rows         segments x mr pointers, rows[t * mr + p]; each points to k[t] readable floats (a
//              padding pixel points to zeros); nothing beyond is read. Those for p >= m are read
//              too and their results dropped: let them repeat any. No alignment beyond 4 bytes.
// k            channel count of each segment, each at least 1.
// panels       ceil(n / 8) panels of panel_floats floats, 64-byte aligned.
// panel_floats igemm_f32_panel_floats(sum of k).
//              Panel j holds channels 8j to 8j+7; missing ones are zeros.
// n            output channels, at least 1; exactly n floats are written per pixel.
// out          first output; must not overlap anything read.
// out_pixel_stride  floats between pixels, at least n.
using IgemmF32 = void (*)(int m, int segments, const float* const* rows, const int* k,
                          const float* panels, size_t panel_floats, int n, const Epilogue& epilogue,
                          float* out, size_t out_pixel_stride);

struct IgemmF32Variant {
  const char* name;   // igemm_f32_<mr>x<nr>_n8k1_<isa>
  uint32_t features;  // cpu:: bits that must be available
  int mr;             // most pixels a call computes
  int nr;             // outputs of a tile: best if n is a multiple; a multiple of 8
  IgemmF32 function;
};

// Every variant of this build, best first; the last is scalar and runs everywhere.
const IgemmF32Variant* igemm_f32_variants(int* count);
// The first variant that `features` allows.
const IgemmF32Variant& igemm_f32_select(uint32_t features);

}  // namespace linnet
