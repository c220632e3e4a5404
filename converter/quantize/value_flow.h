// Which step made what another one reads. Buffers are updated in place, so this follows the steps
// in order, channel by channel.
#pragma once

#include <vector>

#include "converter/ir/program.h"

namespace linnet::converter {

// One channel of what a step made; the network's input is step -1.
struct ChannelSource {
  int step = -1, channel = 0;
  bool operator==(const ChannelSource&) const = default;
};

// Ops that move or compare values and leave their scale alone.
bool keeps_scale(format::OpCode op);

class ValueFlow {
 public:
  explicit ValueFlow(const Program& program);

  // For each channel of operand `operand` of step `step`: the step that computed it, through all
  // that only move it.
  const std::vector<ChannelSource>& operand(int step, int operand) const {
    return operands_[static_cast<size_t>(step)][static_cast<size_t>(operand)];
  }
  // The same for each channel of a step's output: itself, unless the step only moves.
  const std::vector<ChannelSource>& output(int step) const {
    return outputs_[static_cast<size_t>(step)];
  }

 private:
  std::vector<std::vector<std::vector<ChannelSource>>> operands_;
  std::vector<std::vector<ChannelSource>> outputs_;
};

}  // namespace linnet::converter
