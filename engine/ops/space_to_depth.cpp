#include "kernels/space_to_depth/space_to_depth.h"

#include "engine/ops/op.h"

namespace linnet {
namespace {

void bind(uint32_t cpu_features, Step* step) {
  step->kernel = &space_to_depth_select(cpu_features);
}

void run(const SessionState& session, const Step& step, int begin, int end, void*) {
  const format::Segment& from = step.in[0].segments[0];
  const format::Segment& to = step.out.segments[0];
  const Tensor& in = session.tensors[from.tensor];
  const Tensor& out = session.tensors[to.tensor];
  const int block = step.node->parameter;
  for (int y = begin; y < end; ++y) {
    const void* rows[format::kMaxFactor];
    for (int dy = 0; dy < block; ++dy) rows[dy] = pixel_bytes(in, y * block + dy, 0, from.channel);
    static_cast<const SpaceToDepthVariant*>(step.kernel)
        ->function(out.width, block, from.channels, element_bytes(in.dtype), rows,
                   static_cast<size_t>(in.channels), pixel_bytes(out, y, 0, to.channel),
                   static_cast<size_t>(out.channels));
  }
}

}  // namespace

const OpDesc k_op_space_to_depth = {bind, no_scratch, nullptr, run};

}  // namespace linnet
