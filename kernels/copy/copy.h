// copy: moves a channel run of every pixel to another buffer. Also concat (one call per input) and
// split (one call per output). Elements are `element_bytes` wide (1 or 4).
#pragma once

#include "kernels/base.h"

namespace linnet {

// Strides are in elements. `in` and `out` must not overlap.
using CopyPixels = void (*)(int pixels, int channels, size_t element_bytes, const void* in,
                            size_t in_pixel_stride, void* out, size_t out_pixel_stride);
// Concatenates `inputs` channel runs: out pixel = in[0] pixel, in[1] pixel, …
using ConcatPixels = void (*)(int pixels, int inputs, const int* channels, size_t element_bytes,
                              const void* const* in, const size_t* in_pixel_stride, void* out,
                              size_t out_pixel_stride);

struct CopyVariant {
  const char* name;
  uint32_t features;
  CopyPixels copy;
  ConcatPixels concat;
};

const CopyVariant* copy_variants(int* count);
const CopyVariant& copy_select(uint32_t features);

}  // namespace linnet
