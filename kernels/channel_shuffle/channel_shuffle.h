// channel_shuffle: ShuffleNet's permutation (X. Zhang et al., arXiv:1707.01083):
//   out[p][j * groups + g] = in[p][g * (channels / groups) + j].
#pragma once

#include "kernels/base.h"

namespace linnet {

// `groups` divides `channels`. Strides are in elements of `element_bytes` (1 or 4). `in` and `out`
// must not overlap.
using ChannelShuffle = void (*)(int pixels, int channels, int groups, size_t element_bytes,
                                const void* in, size_t in_pixel_stride, void* out,
                                size_t out_pixel_stride);

struct ChannelShuffleVariant {
  const char* name;
  uint32_t features;
  ChannelShuffle function;
};

const ChannelShuffleVariant* channel_shuffle_variants(int* count);
const ChannelShuffleVariant& channel_shuffle_select(uint32_t features);

}  // namespace linnet
