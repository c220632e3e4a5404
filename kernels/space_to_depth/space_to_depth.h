// space_to_depth: blocks of block x block pixels become channels (YOLOv5's Focus), one call per
// output row:
//   out[x][(dy * block + dx) * channels + c] = rows[dy][x * block + dx][c].
#pragma once

#include "kernels/base.h"

namespace linnet {

// rows: `block` pointers to pixel 0 of an input row. Strides are in elements of `element_bytes`
// (1 or 4). Input and output must not overlap.
using SpaceToDepthRow = void (*)(int out_width, int block, int channels, size_t element_bytes,
                                 const void* const* rows, size_t in_pixel_stride, void* out,
                                 size_t out_pixel_stride);

struct SpaceToDepthVariant {
  const char* name;
  uint32_t features;
  SpaceToDepthRow function;
};

const SpaceToDepthVariant* space_to_depth_variants(int* count);
const SpaceToDepthVariant& space_to_depth_select(uint32_t features);

}  // namespace linnet
