#include <cfloat>

#include "kernels/pool_f32/pool_f32.h"

namespace linnet {
namespace {

// Calls take(pixel) for each input pixel of the window at output x that lies inside the picture.
template <typename Take>
int for_each_tap(const PoolF32Args& a, int x, const Take& take) {
  int taps = 0;
  for (int r = 0; r < a.kernel_h; ++r) {
    if (a.rows[r] == nullptr) continue;
    for (int s = 0; s < a.kernel_w; ++s) {
      const int column = x * a.stride_w - a.pad_left + s;
      if (column < 0 || column >= a.in_width) continue;
      take(a.rows[r] + static_cast<size_t>(column) * a.in_pixel_stride);
      ++taps;
    }
  }
  return taps;
}

}  // namespace

void max_pool_f32_scalar(const PoolF32Args& a) {
  for (int x = 0; x < a.out_width; ++x) {
    float* out = a.out + static_cast<size_t>(x) * a.out_pixel_stride;
    for (int c = 0; c < a.channels; ++c) out[c] = -FLT_MAX;
    for_each_tap(a, x, [&](const float* in) {
      for (int c = 0; c < a.channels; ++c) out[c] = in[c] > out[c] ? in[c] : out[c];
    });
  }
}

void avg_pool_f32_scalar(const PoolF32Args& a) {
  for (int x = 0; x < a.out_width; ++x) {
    float* out = a.out + static_cast<size_t>(x) * a.out_pixel_stride;
    for (int c = 0; c < a.channels; ++c) out[c] = 0.0f;
    const int taps = for_each_tap(a, x, [&](const float* in) {
      for (int c = 0; c < a.channels; ++c) out[c] += in[c];
    });
    const int divisor = a.count_padding ? a.kernel_h * a.kernel_w : (taps == 0 ? 1 : taps);
    for (int c = 0; c < a.channels; ++c) out[c] /= static_cast<float>(divisor);
  }
}

void global_avg_pool_f32_scalar(int pixels, int channels, const float* in, size_t in_pixel_stride,
                                float* out) {
  for (int c = 0; c < channels; ++c) {
    double sum = 0;
    for (int p = 0; p < pixels; ++p) sum += in[static_cast<size_t>(p) * in_pixel_stride + c];
    out[c] = static_cast<float>(sum / pixels);
  }
}

}  // namespace linnet
