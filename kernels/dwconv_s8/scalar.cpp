#include "kernels/dwconv_s8/dwconv_s8.h"

namespace linnet {
namespace {

constexpr int kBlock = 8;

// Adds one tap to the sums of `count` channels; a null `in` stands for padding.
void add_tap(const int8_t* in, int padding, const int8_t* weights, int count, uint32_t* sum) {
  for (int i = 0; i < count; ++i) {
    const int x = in != nullptr ? in[i] : padding;
    sum[i] += static_cast<uint32_t>(x * weights[i]);
  }
}

// Output pixel x, channels [c, c + count).
void compute(const DwconvS8Args& a, int x, int c, int count) {
  uint32_t sum[kBlock];
  for (int i = 0; i < count; ++i) sum[i] = static_cast<uint32_t>(a.bias[c + i]);
  const int8_t* weights = a.weights + c;
  for (int r = 0; r < a.kernel_h; ++r) {
    for (int s = 0; s < a.kernel_w; ++s) {
      const int column = x * a.stride_w - a.pad_left + s * a.dilation_w;
      const bool inside = a.rows[r] != nullptr && column >= 0 && column < a.in_width;
      const int8_t* in =
          inside ? a.rows[r] + static_cast<size_t>(column) * a.in_pixel_stride + c : nullptr;
      add_tap(in, a.padding, weights, count, sum);
      weights += a.weight_row_stride;
    }
  }
  int8_t* out = a.out + static_cast<size_t>(x) * a.out_pixel_stride + c;
  for (int i = 0; i < count; ++i) {
    out[i] = requantize_s8(static_cast<int32_t>(sum[i]), a.multiplier[c + i], a.to);
  }
}

}  // namespace

void dwconv_s8_any_k1c8_scalar(const DwconvS8Args& a) {
  for (int x = 0; x < a.out_width; ++x) {
    for (int c = 0; c < a.channels; c += kBlock) {
      compute(a, x, c, a.channels - c < kBlock ? a.channels - c : kBlock);
    }
  }
}

}  // namespace linnet
