// copy and concat: the same walk over channel runs, since views already say what goes where.
#include "kernels/copy/copy.h"

#include "engine/ops/op.h"

namespace linnet {
namespace {

void bind(uint32_t cpu_features, Step* step) {
  step->kernel = &copy_select(cpu_features);
}

void run(const SessionState& session, const Step& step, int begin, int end, void*) {
  for_each_run(step.in[0], step.out,
               [&](int, int count, const format::Segment& from, const format::Segment& to) {
                 const Tensor& in = session.tensors[from.tensor];
                 const Tensor& out = session.tensors[to.tensor];
                 static_cast<const CopyVariant*>(step.kernel)
                     ->copy(
                         (end - begin) * out.width, count, element_bytes(in.dtype),
                         pixel_bytes(in, begin, 0, from.channel), static_cast<size_t>(in.channels),
                         pixel_bytes(out, begin, 0, to.channel), static_cast<size_t>(out.channels));
               });
}

}  // namespace

const OpDesc k_op_copy = {bind, no_scratch, nullptr, run};
const OpDesc k_op_concat = {bind, no_scratch, nullptr, run};

}  // namespace linnet
