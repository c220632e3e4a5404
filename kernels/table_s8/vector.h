// table_s8 on vectors, the same on every instruction set but for the lookup itself.
#pragma once

#include "kernels/simd/blocks.h"
#include "kernels/table_s8/table_s8.h"

namespace linnet {
namespace {  // NOLINT(google-build-namespaces)

// look_up(from, to): kWidth values. What is left of a pixel goes through the table by itself.
template <size_t kWidth, typename LookUp>
LINNET_INLINE void table_s8_vectors(int pixels, int channels, const int8_t* in,
                                    size_t in_pixel_stride, const int8_t* table, int8_t* out,
                                    size_t out_pixel_stride, const LookUp& look_up) {
  const Pixels runs(pixels, channels, in_pixel_stride, out_pixel_stride);
  for (int p = 0; p < runs.count; ++p) {
    size_t c = 0;
    for (; c + kWidth <= runs.channels; c += kWidth) look_up(in + c, out + c);
    for (; c < runs.channels; ++c) out[c] = table[in[c] + 128];
    in += in_pixel_stride;
    out += out_pixel_stride;
  }
}

}  // namespace
}  // namespace linnet
