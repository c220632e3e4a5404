#include "engine/ops/eltwise.h"

namespace linnet {
namespace {

void run(const SessionState& session, const Step& step, int begin, int end, void*) {
  run_eltwise_f32(session, step, begin, end,
                  static_cast<const EltwiseF32Variant*>(step.kernel)->add);
}

}  // namespace

const OpDesc k_op_add = {bind_eltwise, no_scratch, nullptr, run};

}  // namespace linnet
