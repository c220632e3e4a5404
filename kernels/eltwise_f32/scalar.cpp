#include "kernels/activation_f32/activation_f32.h"
#include "kernels/eltwise_f32/eltwise_f32.h"

namespace linnet {
namespace {

template <typename Op>
void combine(int pixels, int channels, const float* a, size_t a_pixel_stride, const float* b,
             size_t b_pixel_stride, const Epilogue& epilogue, float* out, size_t out_pixel_stride,
             const Op& op) {
  for (int p = 0; p < pixels; ++p) {
    for (int c = 0; c < channels; ++c) out[c] = activate(op(a[c], b[c]), epilogue);
    a += a_pixel_stride;
    b += b_pixel_stride;
    out += out_pixel_stride;
  }
}

}  // namespace

void add_f32_scalar(int pixels, int channels, const float* a, size_t a_pixel_stride, const float* b,
                    size_t b_pixel_stride, const Epilogue& epilogue, float* out,
                    size_t out_pixel_stride) {
  combine(pixels, channels, a, a_pixel_stride, b, b_pixel_stride, epilogue, out, out_pixel_stride,
          [](float x, float y) { return x + y; });
}

void mul_f32_scalar(int pixels, int channels, const float* a, size_t a_pixel_stride, const float* b,
                    size_t b_pixel_stride, const Epilogue& epilogue, float* out,
                    size_t out_pixel_stride) {
  combine(pixels, channels, a, a_pixel_stride, b, b_pixel_stride, epilogue, out, out_pixel_stride,
          [](float x, float y) { return x * y; });
}

}  // namespace linnet
