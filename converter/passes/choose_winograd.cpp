#include "converter/passes/build_program.h"

namespace linnet::converter {
namespace {

// Fewer channels: the transforms cost what the multiplications save.
constexpr int kFewestChannels = 16;
// Up to so many filters F(4x4) wins. Its weights are four times those of the direct convolution
// (F(2x2): 1.8 times), and larger filters lie in deep layers with few pixels: there reading them
// costs more than it saves.
constexpr int kMostFiltersOfLargeTile = 96 * 96;

bool is_3x3(const Window& w) {
  return w.kernel_h == 3 && w.kernel_w == 3 && w.stride_h == 1 && w.stride_w == 1 &&
         w.dilation_h == 1 && w.dilation_w == 1;
}

}  // namespace

void choose_winograd(Program* program) {
  for (Step& step : program->steps) {
    if (step.op != format::k_conv2d || step.int8 || !is_3x3(step.window)) continue;
    const int in = channel_count(step.operands[0]), out = channel_count(step.output);
    if (in < kFewestChannels || out < kFewestChannels) continue;
    step.op = format::k_winograd_conv2d;
    step.parameter = in * out <= kMostFiltersOfLargeTile ? 4 : 2;
  }
}

}  // namespace linnet::converter
