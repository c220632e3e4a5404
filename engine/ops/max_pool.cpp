#include "engine/ops/pool.h"

namespace linnet {
namespace {

void run(const SessionState& session, const Step& step, int begin, int end, void*) {
  run_pool<float>(session, step, begin, end,
                  static_cast<const PoolF32Variant*>(step.kernel)->max_pool);
}

}  // namespace

const OpDesc k_op_max_pool = {bind_pool, no_scratch, nullptr, run};

}  // namespace linnet
