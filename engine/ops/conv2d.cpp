// Dense convolution: views, taps, strides, padding and upsampling become row pointers for igemm.
#include "engine/ops/conv_block.h"
#include "engine/ops/conv_head.h"

namespace linnet {
namespace {

void bind(uint32_t cpu_features, Step* step) {
  step->kernel = &igemm_f32_select(cpu_features);
}

int item_count(const Step& step) {
  const int pixels = step.out_extent.height * step.out_extent.width;
  return static_cast<int>(
      divide_round_up(static_cast<size_t>(pixels), static_cast<size_t>(conv_block_pixels(step))));
}

void run(const SessionState& session, const Step& step, int begin, int end, void* scratch) {
  ConvBlock block(session, step, scratch);
  const int pixels = step.out_extent.height * step.out_extent.width;
  const int most = conv_block_pixels(step);
  const bool gated = step.head >= 0 && session.gate_is_on;
  for (int item = begin; item < end; ++item) {
    const int first = item * most;
    block.place(first, pixels - first < most ? pixels - first : most);
    if (gated) {
      run_head_block(session, step, &block);
    } else {
      block.run(0, step.out.channels());
    }
  }
}

}  // namespace

const OpDesc k_op_conv2d = {bind, conv_scratch_bytes, item_count, run};

}  // namespace linnet
