// table_s8: any function of one int8 value as a table of 256 (SiLU, hard-swish, sigmoid, …).
#pragma once

#include "kernels/base.h"

namespace linnet {

inline constexpr size_t kTableS8Entries = 256;

// out[p * out_pixel_stride + c] = table[in[p * in_pixel_stride + c] + 128]. `out` may be equal to
// `in` (same stride); it must not overlap otherwise. Exactly `channels` values of each pixel are
// read and written. table: 256 bytes, no alignment.
using TableS8 = void (*)(int pixels, int channels, const int8_t* in, size_t in_pixel_stride,
                         const int8_t* table, int8_t* out, size_t out_pixel_stride);

struct TableS8Variant {
  const char* name;
  uint32_t features;
  TableS8 apply;
};

const TableS8Variant* table_s8_variants(int* count);
const TableS8Variant& table_s8_select(uint32_t features);

}  // namespace linnet
