// pool_f32: max and average pooling, one call per output row and channel run; global average pool.
#pragma once

#include "kernels/base.h"

namespace linnet {

struct PoolF32Args {
  int channels;             // channels of this run, at least 1
  int out_width, in_width;  // pixels of a row, at least 1
  int kernel_h, kernel_w;   // 1 to 255
  int stride_w;
  int pad_left;
  const float* const* rows;  // kernel_h pointers to pixel 0 of an input row, null for a padding row
  size_t in_pixel_stride;    // floats
  // Average only. True: divide by kernel_h * kernel_w (padding counts as zeros, as PyTorch's
  // default); false: divide by the number of pixels inside the picture.
  bool count_padding;
  float* out;               // must not overlap anything read
  size_t out_pixel_stride;  // floats
};

// max_pool: padding never wins. A window that lies wholly in the padding gives -FLT_MAX.
// avg_pool: such a window gives 0.
using PoolF32 = void (*)(const PoolF32Args&);
// out[c] = mean over `pixels` pixels. Sums in double in the scalar reference; in f32 with at most
// 64 partial sums per channel elsewhere.
using GlobalAvgPoolF32 = void (*)(int pixels, int channels, const float* in, size_t in_pixel_stride,
                                  float* out);

struct PoolF32Variant {
  const char* name;
  uint32_t features;
  PoolF32 max_pool, avg_pool;
  GlobalAvgPoolF32 global_avg_pool;
};

const PoolF32Variant* pool_f32_variants(int* count);
const PoolF32Variant& pool_f32_select(uint32_t features);

}  // namespace linnet
