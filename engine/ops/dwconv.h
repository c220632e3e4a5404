// What dwconv2d, its form for int8 and the fused pair share.
#pragma once

#include "engine/ops/op.h"
#include "kernels/dwconv_f32/dwconv_f32.h"
#include "kernels/dwconv_s8/dwconv_s8.h"

namespace linnet {

// The step's node, weights and kernel.
struct Dwconv {
  const format::Node& node;
  const void* weights;
  const void* kernel;
  int channels;  // of the layer
};

// Where the input rows of a depthwise convolution come from.
template <typename T>
struct DwconvRowsIn {
  const T* const* rows;  // as DwconvF32Args, at the run's first channel
  int width;
  size_t pixel_stride;
};

template <typename Args, typename T>
Args dwconv_args(const Dwconv& layer, const DwconvRowsIn<T>& in, int count,
                 const format::Segment& to, const Tensor& out, int y) {
  const format::Node& node = layer.node;
  Args args{};
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
  args.out = pixel<T>(out, y, 0, to.channel);
  args.out_pixel_stride = static_cast<size_t>(out.channels);
  return args;
}

// Output row y of `count` channels, of which the first is `channel` of the view.
inline void run_dwconv_row(const SessionState&, const Dwconv& layer, const DwconvRowsIn<float>& in,
                           int channel, int count, const format::Segment& to, const Tensor& out,
                           int y) {
  auto args = dwconv_args<DwconvF32Args>(layer, in, count, to, out, y);
  args.weights = static_cast<const float*>(layer.weights) + channel;
  args.weight_row_stride = dwconv_f32_weight_row_floats(static_cast<size_t>(layer.channels));
  args.epilogue = epilogue_of(layer.node);
  static_cast<const DwconvF32Variant*>(layer.kernel)->function(args);
}

inline void run_dwconv_row(const SessionState& session, const Dwconv& layer,
                           const DwconvRowsIn<int8_t>& in, int channel, int count,
                           const format::Segment& to, const Tensor& out, int y) {
  auto args = dwconv_args<DwconvS8Args>(layer, in, count, to, out, y);
  const size_t row = dwconv_s8_row_channels(static_cast<size_t>(layer.channels));
  const auto* biases = static_cast<const int32_t*>(layer.weights);
  const auto* multipliers = reinterpret_cast<const float*>(biases + row);
  args.padding = layer.node.in_zero_point;
  args.bias = biases + channel;
  args.multiplier = multipliers + channel;
  args.weights = reinterpret_cast<const int8_t*>(multipliers + row) + channel;
  args.weight_row_stride = row;
  args.to = requantize_of(layer.node);
  static_cast<const DwconvS8Variant*>(layer.kernel)->function(args);
  const int8_t* table = table_of(layer.node, layer.weights);
  if (table == nullptr) return;
  table_s8_select(session.cpu_features)
      .apply(out.width, count, args.out, args.out_pixel_stride, table, args.out,
             args.out_pixel_stride);
}

// Rows [begin, end) of the step, which is a depthwise convolution of T.
template <typename T>
void run_dwconv(const SessionState& session, const Step& step, int begin, int end, void*) {
  const format::Node& node = *step.node;
  const Dwconv layer{node, step.weights, step.kernel, step.out.channels()};
  for (int y = begin; y < end; ++y) {
    for_each_run(
        step.in[0], step.out,
        [&](int channel, int count, const format::Segment& from, const format::Segment& to) {
          const Tensor& in = session.tensors[from.tensor];
          const T* rows[format::kMaxKernel];
          window_rows(in, node, y, from.channel, rows);
          run_dwconv_row(session, layer,
                         DwconvRowsIn<T>{rows, in.width, static_cast<size_t>(in.channels)}, channel,
                         count, to, session.tensors[to.tensor], y);
        });
  }
}

}  // namespace linnet
