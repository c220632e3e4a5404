// What max_pool, avg_pool and the fused stem share.
#pragma once

#include "engine/ops/op.h"
#include "kernels/pool_f32/pool_f32.h"
#include "kernels/pool_s8/pool_s8.h"

namespace linnet {

inline void bind_pool(uint32_t cpu_features, Step* step) {
  step->kernel = &pool_f32_select(cpu_features);
}

// Args: PoolF32Args or PoolS8Args, of elements T.
template <typename Args, typename T>
Args pool_args(const format::Node& node, const T* const* rows, int in_width, int in_channels,
               const format::Segment& to, const Tensor& out, int y) {
  Args args{};
  args.channels = to.channels;
  args.out_width = out.width;
  args.in_width = in_width;
  args.kernel_h = node.kernel_h;
  args.kernel_w = node.kernel_w;
  args.stride_w = node.stride_w;
  args.pad_left = node.pad_left;
  args.rows = rows;
  args.in_pixel_stride = static_cast<size_t>(in_channels);
  args.out = pixel<T>(out, y, 0, to.channel);
  args.out_pixel_stride = static_cast<size_t>(out.channels);
  return args;
}

// Output row y of one run of channels. rows: as PoolF32Args.
inline void run_pool_row(const format::Node& node, const float* const* rows, int in_width,
                         int in_channels, const format::Segment& to, const Tensor& out, int y,
                         PoolF32 pool) {
  auto args = pool_args<PoolF32Args>(node, rows, in_width, in_channels, to, out, y);
  args.count_padding = node.parameter != 0;
  pool(args);
}

inline void run_pool_row(const format::Node& node, const int8_t* const* rows, int in_width,
                         int in_channels, const format::Segment& to, const Tensor& out, int y,
                         MaxPoolS8 pool) {
  pool(pool_args<PoolS8Args>(node, rows, in_width, in_channels, to, out, y));
}

template <typename T, typename Pool>
void run_pool(const SessionState& session, const Step& step, int begin, int end, Pool pool) {
  const format::Node& node = *step.node;
  for (int y = begin; y < end; ++y) {
    for_each_run(step.in[0], step.out,
                 [&](int, int count, const format::Segment& from, const format::Segment& to) {
                   const Tensor& in = session.tensors[from.tensor];
                   const T* rows[format::kMaxKernel];
                   window_rows(in, node, y, from.channel, rows);
                   format::Segment run = to;
                   run.channels = static_cast<uint16_t>(count);
                   run_pool_row(node, rows, in.width, in.channels, run, session.tensors[to.tensor],
                                y, pool);
                 });
  }
}

}  // namespace linnet
