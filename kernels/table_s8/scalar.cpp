#include "kernels/table_s8/table_s8.h"

namespace linnet {

void table_s8_scalar(int pixels, int channels, const int8_t* in, size_t in_pixel_stride,
                     const int8_t* table, int8_t* out, size_t out_pixel_stride) {
  const int8_t* const of_zero = table + 128;
  for (int p = 0; p < pixels; ++p) {
    for (int c = 0; c < channels; ++c) out[c] = of_zero[in[c]];
    in += in_pixel_stride;
    out += out_pixel_stride;
  }
}

}  // namespace linnet
