#include "kernels/targets.h"

#if LINNET_TARGET_AARCH64  // ARMv7 has too few registers for the table

#include <arm_neon.h>

#include "kernels/table_s8/vector.h"

namespace linnet {
namespace {

// Of 16 values, those in one quarter of the table; 0 for the others, whose index is 64 or more.
LINNET_INLINE uint8x16_t look_up(const int8x16x4_t& quarter, uint8x16_t index) {
  return vreinterpretq_u8_s8(vqtbl4q_s8(quarter, index));
}

}  // namespace

void table_s8_neon(int pixels, int channels, const int8_t* in, size_t in_pixel_stride,
                   const int8_t* table, int8_t* out, size_t out_pixel_stride) {
  const auto load = [&](int quarter) __attribute__((always_inline)) {
    const int8_t* p = table + quarter * 64;
    return int8x16x4_t{{vld1q_s8(p), vld1q_s8(p + 16), vld1q_s8(p + 32), vld1q_s8(p + 48)}};
  };
  const int8x16x4_t quarters[4] = {load(0), load(1), load(2), load(3)};
  const auto look_up_16 = [&](const int8_t* from, int8_t* to) __attribute__((always_inline)) {
    const uint8x16_t x = vreinterpretq_u8_s8(vld1q_s8(from));
    const uint8x16_t negative = vorrq_u8(look_up(quarters[0], veorq_u8(x, vdupq_n_u8(0x80))),
                                         look_up(quarters[1], veorq_u8(x, vdupq_n_u8(0xC0))));
    const uint8x16_t positive =
        vorrq_u8(look_up(quarters[2], x), look_up(quarters[3], veorq_u8(x, vdupq_n_u8(0x40))));
    vst1q_s8(to, vreinterpretq_s8_u8(vorrq_u8(negative, positive)));
  };
  table_s8_vectors<16>(pixels, channels, in, in_pixel_stride, table, out, out_pixel_stride,
                       look_up_16);
}

}  // namespace linnet

#endif
