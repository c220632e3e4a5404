#include "engine/ops/pool.h"

namespace linnet {
namespace {

int one_item(const Step&) {
  return 1;
}

void run(const SessionState& session, const Step& step, int, int, void*) {
  const auto& kernel = *static_cast<const PoolF32Variant*>(step.kernel);
  for_each_run(step.in[0], step.out,
               [&](int, int count, const format::Segment& from, const format::Segment& to) {
                 const Tensor& in = session.tensors[from.tensor];
                 kernel.global_avg_pool(in.height * in.width, count,
                                        pixel<float>(in, 0, 0, from.channel),
                                        static_cast<size_t>(in.channels),
                                        pixel<float>(session.tensors[to.tensor], 0, 0, to.channel));
               });
}

}  // namespace

const OpDesc k_op_global_avg_pool = {bind_pool, no_scratch, one_item, run};

}  // namespace linnet
