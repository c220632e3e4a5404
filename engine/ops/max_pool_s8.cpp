#include "engine/ops/pool.h"

namespace linnet {
namespace {

void bind(uint32_t cpu_features, Step* step) {
  step->kernel = &pool_s8_select(cpu_features);
}

void run(const SessionState& session, const Step& step, int begin, int end, void*) {
  run_pool<int8_t>(session, step, begin, end,
                   static_cast<const PoolS8Variant*>(step.kernel)->max_pool);
}

}  // namespace

const OpDesc k_op_max_pool_s8 = {bind, no_scratch, nullptr, run};

}  // namespace linnet
