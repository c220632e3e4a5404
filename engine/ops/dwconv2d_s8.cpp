#include "engine/ops/dwconv.h"

namespace linnet {
namespace {

void bind(uint32_t cpu_features, Step* step) {
  const format::Node& n = *step->node;
  step->kernel = &dwconv_s8_select(cpu_features, n.kernel_h, n.kernel_w, n.stride_w, n.dilation_w);
}

}  // namespace

const OpDesc k_op_dwconv2d_s8 = {bind, no_scratch, nullptr, run_dwconv<int8_t>};

}  // namespace linnet
