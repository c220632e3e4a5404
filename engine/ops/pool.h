// What max_pool and avg_pool share.
#pragma once

#include "engine/ops/op.h"
#include "kernels/pool_f32/pool_f32.h"

namespace linnet {

inline void bind_pool(uint32_t cpu_features, Step* step) {
  step->kernel = &pool_f32_select(cpu_features);
}

inline void run_pool(const SessionState& session, const Step& step, int begin, int end,
                     PoolF32 pool) {
  const format::Node& node = *step.node;
  for (int y = begin; y < end; ++y) {
    for_each_run(step.in[0], step.out,
                 [&](int, int count, const format::Segment& from, const format::Segment& to) {
                   const Tensor& in = session.tensors[from.tensor];
                   const Tensor& out = session.tensors[to.tensor];
                   const float* rows[format::kMaxKernel];
                   window_rows(in, node, y, from.channel, rows);
                   PoolF32Args args;
                   args.channels = count;
                   args.out_width = out.width;
                   args.in_width = in.width;
                   args.kernel_h = node.kernel_h;
                   args.kernel_w = node.kernel_w;
                   args.stride_w = node.stride_w;
                   args.pad_left = node.pad_left;
                   args.rows = rows;
                   args.in_pixel_stride = static_cast<size_t>(in.channels);
                   args.count_padding = node.parameter != 0;
                   args.out = pixel(out, y, 0, to.channel);
                   args.out_pixel_stride = static_cast<size_t>(out.channels);
                   pool(args);
                 });
  }
}

}  // namespace linnet
