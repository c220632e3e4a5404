#include "kernels/activation_f32/activation_f32.h"
#include "kernels/activation_f32/exp.h"

namespace linnet {
namespace {

float clamp(float x, float low, float high) {
  // Written so that NaN passes through.
  return x < low ? low : (x > high ? high : x);
}

}  // namespace

float activate(float x, const Epilogue& epilogue) {
  switch (epilogue.activation) {
    case Activation::none:
      return x;
    case Activation::relu:
      return x < 0.0f ? 0.0f : x;
    case Activation::relu6:
      return clamp(x, 0.0f, 6.0f);
    case Activation::leaky_relu:
      return x < 0.0f ? x * epilogue.alpha : x;
    case Activation::silu:
      return x < -87.0f ? -0.0f : x * sigmoid_f32(x);
    case Activation::hard_swish:
      return x * clamp(x + 3.0f, 0.0f, 6.0f) * (1.0f / 6);
    case Activation::sigmoid:
      return sigmoid_f32(x);
    case Activation::hard_sigmoid:
      return clamp(x + 3.0f, 0.0f, 6.0f) * (1.0f / 6);
  }
  return x;
}

void activation_f32_scalar(int pixels, int channels, const float* in, size_t in_pixel_stride,
                           const Epilogue& epilogue, float* out, size_t out_pixel_stride) {
  for (int p = 0; p < pixels; ++p) {
    for (int c = 0; c < channels; ++c) out[c] = activate(in[c], epilogue);
    in += in_pixel_stride;
    out += out_pixel_stride;
  }
}

}  // namespace linnet
