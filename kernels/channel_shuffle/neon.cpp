#include "kernels/targets.h"

#if LINNET_TARGET_NEON

#include <arm_neon.h>

#include "kernels/channel_shuffle/channel_shuffle.h"

namespace linnet {

void channel_shuffle_scalar(int, int, int, size_t, const void*, size_t, void*, size_t);

namespace {

void zip_bytes(const uint8_t* a, const uint8_t* b, int count, uint8_t* out) {
  int i = 0;
  for (; i + 16 <= count; i += 16) {
    const uint8x16x2_t both = {{vld1q_u8(a + i), vld1q_u8(b + i)}};
    vst2q_u8(out + 2 * i, both);
  }
  for (; i < count; ++i) {
    out[2 * i] = a[i];
    out[2 * i + 1] = b[i];
  }
}

void zip_floats(const float* a, const float* b, int count, float* out) {
  int i = 0;
  for (; i + 4 <= count; i += 4) {
    const float32x4x2_t both = {{vld1q_f32(a + i), vld1q_f32(b + i)}};
    vst2q_f32(out + 2 * i, both);
  }
  for (; i < count; ++i) {
    out[2 * i] = a[i];
    out[2 * i + 1] = b[i];
  }
}

}  // namespace

// Two groups, ShuffleNet's number, are a zip; others are rare.
void channel_shuffle_neon(int pixels, int channels, int groups, size_t element_bytes,
                          const void* in, size_t in_pixel_stride, void* out,
                          size_t out_pixel_stride) {
  if (groups != 2) {
    return channel_shuffle_scalar(pixels, channels, groups, element_bytes, in, in_pixel_stride, out,
                                  out_pixel_stride);
  }
  const int half = channels / 2;
  for (int p = 0; p < pixels; ++p) {
    const size_t from = static_cast<size_t>(p) * in_pixel_stride;
    const size_t to = static_cast<size_t>(p) * out_pixel_stride;
    if (element_bytes == 1) {
      const auto* a = static_cast<const uint8_t*>(in) + from;
      zip_bytes(a, a + half, half, static_cast<uint8_t*>(out) + to);
    } else {
      const auto* a = static_cast<const float*>(in) + from;
      zip_floats(a, a + half, half, static_cast<float*>(out) + to);
    }
  }
}

}  // namespace linnet

#endif
