// An activation of int8 is a table.
#include "kernels/table_s8/table_s8.h"

#include "engine/ops/op.h"

namespace linnet {
namespace {

void bind(uint32_t cpu_features, Step* step) {
  step->kernel = &table_s8_select(cpu_features);
}

void run(const SessionState& session, const Step& step, int begin, int end, void*) {
  for_each_run(
      step.in[0], step.out,
      [&](int, int count, const format::Segment& from, const format::Segment& to) {
        const Tensor& in = session.tensors[from.tensor];
        const Tensor& out = session.tensors[to.tensor];
        static_cast<const TableS8Variant*>(step.kernel)
            ->apply((end - begin) * out.width, count, pixel<int8_t>(in, begin, 0, from.channel),
                    static_cast<size_t>(in.channels), static_cast<const int8_t*>(step.weights),
                    pixel<int8_t>(out, begin, 0, to.channel), static_cast<size_t>(out.channels));
      });
}

}  // namespace

const OpDesc k_op_activation_s8 = {bind, no_scratch, nullptr, run};

}  // namespace linnet
