#include "engine/ops/op.h"
#include "kernels/dwconv_f32/dwconv_f32.h"

namespace linnet {
namespace {

void bind(uint32_t cpu_features, Step* step) {
  const format::Node& n = *step->node;
  step->kernel = &dwconv_f32_select(cpu_features, n.kernel_h, n.kernel_w, n.stride_w, n.dilation_w);
}

void run_row(const SessionState& session, const Step& step, int y, int channel, int count,
             const format::Segment& from, const format::Segment& to) {
  const format::Node& node = *step.node;
  const Tensor& in = session.tensors[from.tensor];
  const Tensor& out = session.tensors[to.tensor];
  const float* rows[format::kMaxKernel];
  window_rows(in, node, y, from.channel, rows);
  DwconvF32Args args;
  args.channels = count;
  args.out_width = out.width;
  args.in_width = in.width;
  args.kernel_h = node.kernel_h;
  args.kernel_w = node.kernel_w;
  args.stride_w = node.stride_w;
  args.dilation_w = node.dilation_w;
  args.pad_left = node.pad_left;
  args.rows = rows;
  args.in_pixel_stride = static_cast<size_t>(in.channels);
  args.weights = static_cast<const float*>(step.weights) + channel;
  args.weight_row_stride = dwconv_f32_weight_row_floats(static_cast<size_t>(step.out.channels()));
  args.epilogue = epilogue_of(node);
  args.out = pixel(out, y, 0, to.channel);
  args.out_pixel_stride = static_cast<size_t>(out.channels);
  static_cast<const DwconvF32Variant*>(step.kernel)->function(args);
}

void run(const SessionState& session, const Step& step, int begin, int end, void*) {
  for (int y = begin; y < end; ++y) {
    for_each_run(
        step.in[0], step.out,
        [&](int channel, int count, const format::Segment& from, const format::Segment& to) {
          run_row(session, step, y, channel, count, from, to);
        });
  }
}

}  // namespace

const OpDesc k_op_dwconv2d = {bind, no_scratch, output_rows, run};

}  // namespace linnet
