#include "kernels/activation_f32/activation_f32.h"
#include "kernels/dwconv_f32/dwconv_f32.h"

namespace linnet {

void dwconv_f32_any_k1c8_scalar(const DwconvF32Args& a) {
  for (int x = 0; x < a.out_width; ++x) {
    float* out = a.out + static_cast<size_t>(x) * a.out_pixel_stride;
    for (int c = 0; c < a.channels; ++c) out[c] = a.weights[c];
    const float* weights = a.weights;
    for (int r = 0; r < a.kernel_h; ++r) {
      for (int s = 0; s < a.kernel_w; ++s) {
        weights += a.weight_row_stride;
        const int column = x * a.stride_w - a.pad_left + s * a.dilation_w;
        if (a.rows[r] == nullptr || column < 0 || column >= a.in_width) continue;
        const float* in = a.rows[r] + static_cast<size_t>(column) * a.in_pixel_stride;
        for (int c = 0; c < a.channels; ++c) out[c] += in[c] * weights[c];
      }
    }
    for (int c = 0; c < a.channels; ++c) out[c] = activate(out[c], a.epilogue);
  }
}

}  // namespace linnet
