#include "converter/quantize/split_activations.h"

#include <utility>

namespace linnet::converter {

bool is_clamp(Activation activation) {
  return activation == Activation::none || activation == Activation::relu ||
         activation == Activation::relu6;
}

SplitProgram split_activations(const Program& program) {
  SplitProgram split;
  Program& out = split.program;
  out.buffers = program.buffers;
  out.head_buffers = program.head_buffers;
  for (const Step& step : program.steps) {
    const bool splits = step.op != format::k_activation && !is_clamp(step.activation);
    split.first_of_pair.push_back(splits);
    out.steps.push_back(step);
    if (!splits) continue;
    const int channels = channel_count(step.output);
    const auto buffer = static_cast<uint16_t>(out.buffers.size());
    out.buffers.push_back({step.name + " before activation", channels, format::kF32});
    Step activation;
    activation.op = format::k_activation;
    activation.name = step.name;
    activation.operands = {{{buffer, 0, static_cast<uint16_t>(channels), 0, 0}}};
    activation.output = step.output;
    activation.activation = step.activation;
    activation.alpha = step.alpha;
    activation.scales.inputs = {step.scales.before_activation};
    activation.scales.output = step.scales.output;
    out.steps.back().activation = Activation::none;
    out.steps.back().scales.before_activation.reset();
    out.steps.back().scales.output = step.scales.before_activation;
    out.steps.back().output = activation.operands[0];
    out.steps.push_back(std::move(activation));
    split.first_of_pair.push_back(false);
  }
  return split;
}

}  // namespace linnet::converter
