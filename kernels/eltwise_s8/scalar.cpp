#include "kernels/eltwise_s8/eltwise_s8.h"

namespace linnet {

void add_s8_scalar(int pixels, int channels, const int8_t* a, size_t a_pixel_stride,
                   const int8_t* b, size_t b_pixel_stride, const AddS8& how, int8_t* out,
                   size_t out_pixel_stride) {
  const AddS8 add = how;  // a copy: `out` cannot point into it
  for (int p = 0; p < pixels; ++p) {
    for (int c = 0; c < channels; ++c) {
      const float x = static_cast<float>(a[c] - add.zero_point[0]) * add.multiplier[0];
      const float y = static_cast<float>(b[c] - add.zero_point[1]) * add.multiplier[1];
      out[c] = round_s8(x + y, add.to);
    }
    a += a_pixel_stride;
    b += b_pixel_stride;
    out += out_pixel_stride;
  }
}

}  // namespace linnet
