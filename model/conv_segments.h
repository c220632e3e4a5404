// Into which segments a dense convolution cuts what it reads: engine, verifier and converter must
// agree, because int8 panels pad every segment.
#pragma once

#include "model/model_view.h"

namespace linnet {

// True if a view is one tensor, all channels, not upsampled; `tensor_channels` are those of the
// tensor of its first segment.
inline bool is_whole_tensor(const View& view, int tensor_channels) {
  const format::Segment& first = view.segments[0];
  return view.count == 1 && first.channel == 0 && first.upsample_shift == 0 &&
         first.channels == tensor_channels;
}

struct ConvSegments {
  // The taps of a row of the window lie side by side in memory: one segment for each row.
  bool merged;
  int count;

  ConvSegments(const format::Node& node, const View& in, int tensor_channels)
      : merged(is_whole_tensor(in, tensor_channels) && node.kernel_w > 1 && node.dilation_w == 1),
        count(merged ? node.kernel_h : node.kernel_h * node.kernel_w * in.count) {}

  // Calls visit(channels) for each segment in order.
  template <typename Visit>
  void for_each(const format::Node& node, const View& in, const Visit& visit) const {
    if (merged) {
      for (int r = 0; r < count; ++r) visit(node.kernel_w * in.segments[0].channels);
      return;
    }
    for (int tap = 0; tap < node.kernel_h * node.kernel_w; ++tap) {
      for (int s = 0; s < in.count; ++s) visit(int{in.segments[s].channels});
    }
  }
};

}  // namespace linnet
