#include "engine/ops/pool.h"

namespace linnet {
namespace {

void run_f32(const SessionState& session, const Step& step, int begin, int end, void*) {
  run_pool<float>(session, step, begin, end,
                  static_cast<const PoolF32Variant*>(step.kernel)->max_pool);
}

void bind_s8(uint32_t cpu_features, Step* step) {
  step->kernel = &pool_s8_select(cpu_features);
}

void run_s8(const SessionState& session, const Step& step, int begin, int end, void*) {
  run_pool<int8_t>(session, step, begin, end,
                   static_cast<const PoolS8Variant*>(step.kernel)->max_pool);
}

}  // namespace

const OpDesc k_op_max_pool = {bind_pool, no_scratch, nullptr, run_f32};
const OpDesc k_op_max_pool_s8 = {bind_s8, no_scratch, nullptr, run_s8};

}  // namespace linnet
