#include "kernels/upsample/upsample.h"

#include "engine/ops/op.h"

namespace linnet {
namespace {

void bind(uint32_t cpu_features, Step* step) {
  step->kernel = &upsample_select(cpu_features);
}

void run(const SessionState& session, const Step& step, int begin, int end, void*) {
  const format::Segment& from = step.in[0].segments[0];
  const format::Segment& to = step.out.segments[0];
  const Tensor& in = session.tensors[from.tensor];
  const Tensor& out = session.tensors[to.tensor];
  for (int y = begin; y < end; ++y) {
    static_cast<const UpsampleVariant*>(step.kernel)
        ->function(in.width, step.node->parameter, from.channels, element_bytes(in.dtype),
                   pixel_bytes(in, y / step.node->parameter, 0, from.channel),
                   static_cast<size_t>(in.channels), pixel_bytes(out, y, 0, to.channel),
                   static_cast<size_t>(out.channels));
  }
}

}  // namespace

const OpDesc k_op_upsample = {bind, no_scratch, nullptr, run};

}  // namespace linnet
