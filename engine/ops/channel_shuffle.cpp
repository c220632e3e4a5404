#include "kernels/channel_shuffle/channel_shuffle.h"

#include "engine/ops/op.h"

namespace linnet {
namespace {

void bind(uint32_t cpu_features, Step* step) {
  step->kernel = &channel_shuffle_select(cpu_features);
}

void run(const SessionState& session, const Step& step, int begin, int end, void*) {
  const format::Segment& from = step.in[0].segments[0];
  const format::Segment& to = step.out.segments[0];
  const Tensor& in = session.tensors[from.tensor];
  const Tensor& out = session.tensors[to.tensor];
  static_cast<const ChannelShuffleVariant*>(step.kernel)
      ->function((end - begin) * out.width, from.channels, step.node->parameter,
                 element_bytes(in.dtype), pixel_bytes(in, begin, 0, from.channel),
                 static_cast<size_t>(in.channels), pixel_bytes(out, begin, 0, to.channel),
                 static_cast<size_t>(out.channels));
}

}  // namespace

const OpDesc k_op_channel_shuffle = {bind, no_scratch, nullptr, run};

}  // namespace linnet
