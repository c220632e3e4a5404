#include "kernels/quantize/quantize.h"

namespace linnet {

void quantize_f32_scalar(int pixels, int channels, const float* in, size_t in_pixel_stride,
                         const float* multiplier, const RequantizeS8& to, int8_t* out,
                         size_t out_pixel_stride) {
  const RequantizeS8 end = to;  // a copy: `out` cannot point into it
  for (int p = 0; p < pixels; ++p) {
    for (int c = 0; c < channels; ++c) out[c] = round_s8(in[c] * multiplier[c], end);
    in += in_pixel_stride;
    out += out_pixel_stride;
  }
}

void dequantize_s8_scalar(int pixels, int channels, const int8_t* in, size_t in_pixel_stride,
                          const float* scale, int8_t zero_point, float* out,
                          size_t out_pixel_stride) {
  for (int p = 0; p < pixels; ++p) {
    for (int c = 0; c < channels; ++c) {
      out[c] = static_cast<float>(in[c] - zero_point) * scale[c];
    }
    in += in_pixel_stride;
    out += out_pixel_stride;
  }
}

}  // namespace linnet
