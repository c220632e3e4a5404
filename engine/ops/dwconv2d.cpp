#include "engine/ops/dwconv.h"

namespace linnet {
namespace {

void bind_f32(uint32_t cpu_features, Step* step) {
  const format::Node& n = *step->node;
  step->kernel = &dwconv_f32_select(cpu_features, n.kernel_h, n.kernel_w, n.stride_w, n.dilation_w);
}

void bind_s8(uint32_t cpu_features, Step* step) {
  const format::Node& n = *step->node;
  step->kernel = &dwconv_s8_select(cpu_features, n.kernel_h, n.kernel_w, n.stride_w, n.dilation_w);
}

template <typename T>
void run(const SessionState& session, const Step& step, int begin, int end, void*) {
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

}  // namespace

const OpDesc k_op_dwconv2d = {bind_f32, no_scratch, nullptr, run<float>};
const OpDesc k_op_dwconv2d_s8 = {bind_s8, no_scratch, nullptr, run<int8_t>};

}  // namespace linnet
