// dwconv_s8: depthwise convolution in int8, one call per output row and channel run.
//
//   sum[x][c] = bias[c] + sum over r < kernel_h, s < kernel_w of
//       in(r, x * stride_w - pad_left + s * dilation_w)[c] * weight[r * kernel_w + s][c]
//   out[x * out_pixel_stride + c] = requantize_s8(sum, multiplier[c], to)
//
// where in(r, i) is rows[r] + i * in_pixel_stride if rows[r] is not null and 0 <= i < in_width, and
// `padding` (the input's zero point) otherwise. Sums are 32 bits and wrap around.
#pragma once

#include "kernels/requantize.h"

namespace linnet {

inline constexpr int kDwconvS8ChannelMultiple = 8;

// Layout k1c8 of a layer: a row of int32 biases, a row of float multipliers (finite, at least 0),
// then kernel_h * kernel_w rows of int8 weights (-127 to 127; tap by tap, row by row of the
// window); each row has round_up(channels of the layer, 8) values, zero padded.
LINNET_INLINE constexpr size_t dwconv_s8_row_channels(size_t channels) {
  return round_up(channels, kDwconvS8ChannelMultiple);
}
LINNET_INLINE constexpr size_t dwconv_s8_weight_bytes(size_t channels, size_t taps) {
  return dwconv_s8_row_channels(channels) * (sizeof(int32_t) + sizeof(float) + taps);
}

struct DwconvS8Args {
  int channels;               // channels of this run, at least 1
  int out_width;              // output pixels of the row, at least 1
  int in_width;               // input pixels of a row, at least 1
  int kernel_h, kernel_w;     // 1 to 15
  int stride_w, dilation_w;   // at least 1
  int pad_left;               // padding to the left; that to the right follows from out_width
  const int8_t* const* rows;  // kernel_h pointers to pixel 0 of an input row, null for padding
  size_t in_pixel_stride;
  int8_t padding;
  const int32_t* bias;       // of the first channel of this run
  const float* multiplier;   // likewise
  const int8_t* weights;     // likewise, first tap
  size_t weight_row_stride;  // values between the taps
  RequantizeS8 to;
  int8_t* out;  // must not overlap anything read
  size_t out_pixel_stride;
};

// Reads and writes no byte beyond the run's channels.
using DwconvS8 = void (*)(const DwconvS8Args&);

struct DwconvS8Variant {
  const char* name;  // dwconv_s8_<k>_k1c8_<isa>
  uint32_t features;
  int kernel, stride;  // square window and stride it is made for, 0 = any
  DwconvS8 function;
};

const DwconvS8Variant* dwconv_s8_variants(int* count);
// The first variant that `features` allows and that takes this window.
const DwconvS8Variant& dwconv_s8_select(uint32_t features, int kernel_h, int kernel_w, int stride_w,
                                        int dilation_w);

}  // namespace linnet
