#include "kernels/pool_s8/pool_s8.h"

namespace linnet {

void max_pool_s8_scalar(const PoolS8Args& a) {
  for (int x = 0; x < a.out_width; ++x) {
    int8_t* out = a.out + static_cast<size_t>(x) * a.out_pixel_stride;
    for (int c = 0; c < a.channels; ++c) out[c] = -128;
    for (int r = 0; r < a.kernel_h; ++r) {
      if (a.rows[r] == nullptr) continue;
      for (int s = 0; s < a.kernel_w; ++s) {
        const int column = x * a.stride_w - a.pad_left + s;
        if (column < 0 || column >= a.in_width) continue;
        const int8_t* in = a.rows[r] + static_cast<size_t>(column) * a.in_pixel_stride;
        for (int c = 0; c < a.channels; ++c) out[c] = in[c] > out[c] ? in[c] : out[c];
      }
    }
  }
}

}  // namespace linnet
