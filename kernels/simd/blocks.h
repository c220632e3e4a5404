// Rows of int8 channels as blocks of vectors. Wide and Narrow: types of kWidth channels, Wide's
// twice Narrow's or the same.
#pragma once

#include "kernels/base.h"

namespace linnet {
namespace {  // NOLINT(google-build-namespaces)

// Calls visit(Wide() or Narrow(), channel) for at least Narrow::kWidth channels. The last block
// overlaps the one before, so that nothing beyond the channels is touched: for kernels whose output
// does not overlap what they read.
template <typename Wide, typename Narrow, typename Visit>
LINNET_INLINE void for_each_overlapping_block(int channels, const Visit& visit) {
  // As few calls as possible: what is visited is large and inlined.
  if constexpr (Wide::kWidth == Narrow::kWidth) {
    const int last = channels - Wide::kWidth;
    for (int c = 0; c < channels; c += Wide::kWidth) visit(Wide(), c < last ? c : last);
    return;
  }
  int c = 0;
  for (; c < channels; c += Wide::kWidth) {
    const int left = channels - c;
    if (left < Wide::kWidth && (c == 0 || left <= Narrow::kWidth)) break;
    visit(Wide(), left < Wide::kWidth ? channels - Wide::kWidth : c);
  }
  const int last = channels - Narrow::kWidth;
  for (; c < channels; c += Narrow::kWidth) visit(Narrow(), c < last ? c : last);
}

// Pixels that lie one after another are one long pixel, where channels are all alike.
struct Pixels {
  int count;
  size_t channels;

  template <typename... Strides>
  LINNET_INLINE Pixels(int pixels, int channels_each, Strides... strides)
      : count(pixels), channels(static_cast<size_t>(channels_each)) {
    if (!((strides == channels) && ...) || pixels == 0) return;
    channels *= static_cast<size_t>(pixels);
    count = 1;
  }
};

}  // namespace
}  // namespace linnet
