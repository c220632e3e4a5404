// What dwconv2d and the fused pair share.
#pragma once

#include "engine/ops/op.h"
#include "kernels/dwconv_f32/dwconv_f32.h"

namespace linnet {

// Where the input rows of a depthwise convolution come from.
struct DwconvRowsIn {
  const float* const* rows;  // as DwconvF32Args, at the run's first channel
  int width;
  size_t pixel_stride;
};

// Output row y of `count` channels, of which the first is `channel` of the view.
inline void run_dwconv_row(const format::Node& node, const float* weights, int channels,
                           const DwconvF32Variant& kernel, const DwconvRowsIn& in, int channel,
                           int count, const format::Segment& to, const Tensor& out, int y) {
  DwconvF32Args args;
  args.channels = count;
  args.out_width = out.width;
  args.in_width = in.width;
  args.kernel_h = node.kernel_h;
  args.kernel_w = node.kernel_w;
  args.stride_w = node.stride_w;
  args.dilation_w = node.dilation_w;
  args.pad_left = node.pad_left;
  args.rows = in.rows;
  args.in_pixel_stride = in.pixel_stride;
  args.weights = weights + channel;
  args.weight_row_stride = dwconv_f32_weight_row_floats(static_cast<size_t>(channels));
  args.epilogue = epilogue_of(node);
  args.out = pixel(out, y, 0, to.channel);
  args.out_pixel_stride = static_cast<size_t>(out.channels);
  kernel.function(args);
}

}  // namespace linnet
