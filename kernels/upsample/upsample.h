// upsample: nearest-neighbour enlargement by a whole factor, one call per output row:
//   out[x][c] = in[x / factor][c].
#pragma once

#include "kernels/base.h"

namespace linnet {

// Strides are in elements of `element_bytes` (1 or 4). `in` is the input row y / factor, `out` the
// output row y; they must not overlap.
using UpsampleRow = void (*)(int in_width, int factor, int channels, size_t element_bytes,
                             const void* in, size_t in_pixel_stride, void* out,
                             size_t out_pixel_stride);

struct UpsampleVariant {
  const char* name;
  uint32_t features;
  UpsampleRow function;
};

const UpsampleVariant* upsample_variants(int* count);
const UpsampleVariant& upsample_select(uint32_t features);

}  // namespace linnet
