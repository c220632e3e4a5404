#include "kernels/eltwise_s8/eltwise_s8.h"

#include "engine/ops/eltwise.h"

namespace linnet {
namespace {

void bind(uint32_t cpu_features, Step* step) {
  step->kernel = &eltwise_s8_select(cpu_features);
}

void run(const SessionState& session, const Step& step, int begin, int end, void*) {
  const auto& record = *static_cast<const format::AddRecord*>(step.weights);
  const AddS8 how = {{record.multiplier[0], record.multiplier[1]},
                     {record.zero_point[0], record.zero_point[1]},
                     requantize_of(*step.node)};
  const EltwiseAddS8 add = static_cast<const EltwiseS8Variant*>(step.kernel)->add;
  run_eltwise<int8_t>(session, step, begin, end,
                      [&](int pixels, int channels, const int8_t* a, size_t a_stride,
                          const int8_t* b, size_t b_stride, int8_t* out, size_t out_stride) {
                        add(pixels, channels, a, a_stride, b, b_stride, how, out, out_stride);
                      });
}

}  // namespace

const OpDesc k_op_add_s8 = {bind, no_scratch, nullptr, run};

}  // namespace linnet
