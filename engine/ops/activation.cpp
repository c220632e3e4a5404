#include "kernels/activation_f32/activation_f32.h"

#include "engine/ops/op.h"

namespace linnet {
namespace {

void bind(uint32_t cpu_features, Step* step) {
  step->kernel = &activation_f32_select(cpu_features);
}

void run(const SessionState& session, const Step& step, int begin, int end, void*) {
  const Epilogue epilogue = epilogue_of(*step.node);
  for_each_run(
      step.in[0], step.out,
      [&](int, int count, const format::Segment& from, const format::Segment& to) {
        const Tensor& in = session.tensors[from.tensor];
        const Tensor& out = session.tensors[to.tensor];
        static_cast<const ActivationF32Variant*>(step.kernel)
            ->function((end - begin) * out.width, count, pixel<float>(in, begin, 0, from.channel),
                       static_cast<size_t>(in.channels), epilogue,
                       pixel<float>(out, begin, 0, to.channel), static_cast<size_t>(out.channels));
      });
}

}  // namespace

const OpDesc k_op_activation = {bind, no_scratch, nullptr, run};

}  // namespace linnet
