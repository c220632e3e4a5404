// Runs of bytes as NEON vectors, without calls: the runs of a pixel are short.
#pragma once

#include <arm_neon.h>

#include "kernels/base.h"

namespace linnet {
namespace {  // NOLINT(google-build-namespaces)

// Writes `bytes` bytes to `times` places that lie `stride` bytes apart; loads them once.
LINNET_INLINE void copy_bytes(const uint8_t* from, size_t bytes, uint8_t* to, int times,
                              size_t stride) {
  size_t i = 0;
  for (; i + 16 <= bytes; i += 16) {
    const uint8x16_t v = vld1q_u8(from + i);
    for (int t = 0; t < times; ++t) vst1q_u8(to + static_cast<size_t>(t) * stride + i, v);
  }
  for (; i + 4 <= bytes; i += 4) {
    const uint8x8_t v =
        vreinterpret_u8_u32(vld1_dup_u32(reinterpret_cast<const uint32_t*>(from + i)));
    for (int t = 0; t < times; ++t) {
      vst1_lane_u32(reinterpret_cast<uint32_t*>(to + static_cast<size_t>(t) * stride + i),
                    vreinterpret_u32_u8(v), 0);
    }
  }
  for (; i < bytes; ++i) {
    for (int t = 0; t < times; ++t) to[static_cast<size_t>(t) * stride + i] = from[i];
  }
}

}  // namespace
}  // namespace linnet
