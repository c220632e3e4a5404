#include "converter/quantize/value_flow.h"

namespace linnet::converter {
namespace {

// The input channel that output channel `c` of a moving step comes from.
int moved_from(const Step& step, int c) {
  const int inputs = channel_count(step.operands[0]);
  if (step.op == format::k_channel_shuffle) {
    return c % step.parameter * (inputs / step.parameter) + c / step.parameter;
  }
  return c % inputs;  // space_to_depth repeats its input's channels, the others keep them
}

}  // namespace

bool keeps_scale(format::OpCode op) {
  switch (op) {
    case format::k_max_pool:
    case format::k_copy:
    case format::k_concat:
    case format::k_channel_shuffle:
    case format::k_upsample:
    case format::k_space_to_depth:
      return true;
    default:
      return false;
  }
}

ValueFlow::ValueFlow(const Program& program) {
  std::vector<std::vector<ChannelSource>> held;  // by each channel of each buffer
  for (const Buffer& buffer : program.buffers) {
    held.emplace_back(static_cast<size_t>(buffer.channels));
  }
  for (size_t c = 0; c < held[0].size(); ++c) held[0][c] = {-1, static_cast<int>(c)};
  for (size_t i = 0; i < program.steps.size(); ++i) {
    const Step& step = program.steps[i];
    auto& operands = operands_.emplace_back();
    for (const std::vector<format::Segment>& view : step.operands) {
      auto& sources = operands.emplace_back();
      for (const format::Segment& run : view) {
        const auto first = held[run.tensor].begin() + run.channel;
        sources.insert(sources.end(), first, first + run.channels);
      }
    }
    auto& made = outputs_.emplace_back();
    for (int c = 0; c < channel_count(step.output); ++c) {
      made.push_back(keeps_scale(step.op) ? operands[0][static_cast<size_t>(moved_from(step, c))]
                                          : ChannelSource{static_cast<int>(i), c});
    }
    auto next = made.begin();
    for (const format::Segment& run : step.output) {
      for (int c = 0; c < run.channels; ++c) {
        held[run.tensor][static_cast<size_t>(run.channel + c)] = *next++;
      }
    }
  }
}

}  // namespace linnet::converter
