// pool_s8: max pooling in int8, one call per output row and channel run. Input and output share
// scale and zero point, so values are compared as they are.
#pragma once

#include "kernels/base.h"

namespace linnet {

struct PoolS8Args {
  int channels;             // channels of this run, at least 1
  int out_width, in_width;  // pixels of a row, at least 1
  int kernel_h, kernel_w;   // 1 to 255
  int stride_w;
  int pad_left;
  const int8_t* const* rows;  // kernel_h pointers to pixel 0 of an input row, null for padding
  size_t in_pixel_stride;
  int8_t* out;  // must not overlap anything read
  size_t out_pixel_stride;
};

// Padding never wins. A window that lies wholly in the padding gives -128.
using MaxPoolS8 = void (*)(const PoolS8Args&);

struct PoolS8Variant {
  const char* name;
  uint32_t features;
  MaxPoolS8 max_pool;
};

const PoolS8Variant* pool_s8_variants(int* count);
const PoolS8Variant& pool_s8_select(uint32_t features);

}  // namespace linnet
