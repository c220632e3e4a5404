#include "kernels/quantize/quantize.h"

#include "engine/ops/op.h"

namespace linnet {
namespace {

void bind(uint32_t cpu_features, Step* step) {
  step->kernel = &quantize_select(cpu_features);
}

void run(const SessionState& session, const Step& step, int begin, int end, void*) {
  const auto* scales = static_cast<const float*>(step.weights);
  for_each_run(step.in[0], step.out,
               [&](int channel, int count, const format::Segment& from, const format::Segment& to) {
                 const Tensor& in = session.tensors[from.tensor];
                 const Tensor& out = session.tensors[to.tensor];
                 const int pixels = (end - begin) * out.width;
                 static_cast<const QuantizeVariant*>(step.kernel)
                     ->dequantize(pixels, count, pixel<int8_t>(in, begin, 0, from.channel),
                                  static_cast<size_t>(in.channels), scales + channel,
                                  step.node->in_zero_point, pixel<float>(out, begin, 0, to.channel),
                                  static_cast<size_t>(out.channels));
               });
}

}  // namespace

const OpDesc k_op_dequantize = {bind, no_scratch, nullptr, run};

}  // namespace linnet
