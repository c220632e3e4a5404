// igemm_s8: indirect matrix multiplication in int8, the kernel behind every dense convolution of a
// quantized model. kernels/igemm_f32/igemm_f32.h explains the idea; only what differs is said here.
//
// One call computes `m` output pixels x `n` output channels; row[p][t], see below, is what segment
// t reads for pixel p:
//
//   sum[p][c] = bias[c] + sum over segments t, i < k[t] of row[p][t][i] * weight[c][t][i]
//   s8:   out[p * out_pixel_stride + c] = requantize_s8(sum, multiplier[c], to)
//   f32:  out[p * out_pixel_stride + c] = float(sum) * multiplier[c]
//
// Sums are 32 bits and wrap around (a model from the converter never does). All variants give the
// same bits, also where sums wrap. Zero points are not seen here: the converter folds them into the
// biases, and padding pixels hold the input's zero point.
#pragma once

#include "kernels/requantize.h"

namespace linnet {

// Output channels in one weight panel (layout n8k4) and inputs in one group of it.
inline constexpr int kIgemmS8PanelWidth = 8;
inline constexpr int kIgemmS8Group = 4;
inline constexpr size_t kIgemmS8PanelAlign = 64;  // bytes
// How far beyond the k[t] values of a row a kernel may read. What lies there changes nothing, also
// if another thread writes it meanwhile.
inline constexpr size_t kIgemmS8OverRead = 15;

// What a panel starts with.
struct IgemmS8PanelHeader {
  int32_t bias[kIgemmS8PanelWidth];
  float multiplier[kIgemmS8PanelWidth];  // finite, at least 0
};

// Values of a segment in a panel.
LINNET_INLINE constexpr size_t igemm_s8_padded_k(size_t k) {
  return round_up(k, kIgemmS8Group);
}
// Bytes of a panel whose segments have `padded_k` values in all: the header, then segment by
// segment, group by group, weight[8 channels][4 inputs], -127 to 127, zeros for inputs beyond k[t]
// and channels beyond n; zero padded to a multiple of 64 bytes.
LINNET_INLINE constexpr size_t igemm_s8_panel_bytes(size_t padded_k) {
  return round_up(sizeof(IgemmS8PanelHeader) + padded_k * kIgemmS8PanelWidth, kIgemmS8PanelAlign);
}
LINNET_INLINE constexpr size_t igemm_s8_panel_count(size_t n) {
  return divide_round_up(n, kIgemmS8PanelWidth);
}

// m            at least 1 pixel. They are made in tiles of mr (the variant's).
// segments     at least 1.
// rows         tile after tile, segments x mr pointers. That of pixel p and segment t,
//              rows[(p / mr * segments + t) * mr + p % mr], points to k[t] values, after which
//              kIgemmS8OverRead more bytes are readable. Those for the missing pixels of the last
//              tile are read too and their results dropped: let them repeat any. No alignment.
// k            channel count of each segment, each at least 1.
// panels       igemm_s8_panel_count(n) panels of panel_bytes bytes, 64-byte aligned.
// n            output channels, at least 1; exactly n values are written per pixel.
// out          first output; must not overlap anything read.
// out_pixel_stride  values between pixels, at least n.
using IgemmS8 = void (*)(int m, int segments, const int8_t* const* rows, const int* k,
                         const void* panels, size_t panel_bytes, int n, const RequantizeS8& to,
                         int8_t* out, size_t out_pixel_stride);
using IgemmS8ToF32 = void (*)(int m, int segments, const int8_t* const* rows, const int* k,
                              const void* panels, size_t panel_bytes, int n, float* out,
                              size_t out_pixel_stride);

struct IgemmS8Variant {
  const char* name;   // igemm_s8_<mr>x<nr>_n8k4_<isa>
  uint32_t features;  // cpu:: bits that must be available
  int mr;             // pixels of a tile
  int nr;             // outputs of a tile: best if n is a multiple; a multiple of 8
  bool large_calls;   // looks at the weights and copies the inputs before it multiplies: worth it
                      // if a call makes many pixels and many outputs
  IgemmS8 to_s8;
  IgemmS8ToF32 to_f32;
};

// Every variant of this build, best first; the last is scalar and runs everywhere.
const IgemmS8Variant* igemm_s8_variants(int* count);
// The first variant that `features` allows.
const IgemmS8Variant& igemm_s8_select(uint32_t features);

}  // namespace linnet
