// dwconv_f32: depthwise convolution, one call per output row and channel run.
//
//   out[x * out_pixel_stride + c] = epilogue(bias[c] + sum over r < kernel_h, s < kernel_w of
//       in(r, x * stride_w - pad_left + s * dilation_w)[c] * weight[r * kernel_w + s][c])
//
// where in(r, i) is rows[r] + i * in_pixel_stride if rows[r] is not null and 0 <= i < in_width, and
// zeros otherwise.
#pragma once

#include "kernels/base.h"

namespace linnet {

inline constexpr int kDwconvF32ChannelMultiple = 8;

// Layout k1c8: a row of biases, then kernel_h * kernel_w rows of weights (tap by tap, row by row of
// the window); each row has round_up(channels of the layer, 8) floats, zero padded.
LINNET_INLINE constexpr size_t dwconv_f32_weight_row_floats(size_t channels) {
  return round_up(channels, kDwconvF32ChannelMultiple);
}
LINNET_INLINE constexpr size_t dwconv_f32_weight_floats(size_t channels, size_t taps) {
  return dwconv_f32_weight_row_floats(channels) * (taps + 1);
}

struct DwconvF32Args {
  int channels;              // channels of this run, at least 1
  int out_width;             // output pixels of the row, at least 1
  int in_width;              // input pixels of a row, at least 1
  int kernel_h, kernel_w;    // 1 to 15
  int stride_w, dilation_w;  // at least 1
  int pad_left;              // zeros to the left; those to the right follow from out_width
  const float* const* rows;  // kernel_h pointers to pixel 0 of an input row, null for a padding row
  size_t in_pixel_stride;    // floats
  const float* weights;      // first channel of this run in the bias row; 4-byte aligned
  size_t weight_row_stride;  // floats between the rows of the weights
  Epilogue epilogue;
  float* out;               // must not overlap anything read
  size_t out_pixel_stride;  // floats
};

using DwconvF32 = void (*)(const DwconvF32Args&);

struct DwconvF32Variant {
  const char* name;  // dwconv_f32_<k>_k1c8_<isa>
  uint32_t features;
  int kernel, stride;  // square window and stride it is made for, 0 = any
  DwconvF32 function;
};

const DwconvF32Variant* dwconv_f32_variants(int* count);
// The first variant that `features` allows and that takes this window.
const DwconvF32Variant& dwconv_f32_select(uint32_t features, int kernel_h, int kernel_w,
                                          int stride_w, int dilation_w);

}  // namespace linnet
