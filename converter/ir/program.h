// What the passes leave: physical buffers and steps that read and write channel runs of them. The
// emitter packs this into a .lnt file without further decisions.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "converter/ir/graph.h"
#include "model/format.h"

namespace linnet::converter {

struct Buffer {
  std::string name;
  int channels = 0;
  format::DType dtype = format::kF32;
};

// What a step that reads or makes int8 has besides or in place of floats (model/format.h).
struct Int8Step {
  std::vector<int8_t> weights;  // conv2d: [output][tap][input]; dwconv2d: [channel][tap]
  std::vector<int32_t> bias;
  std::vector<float> multiplier;  // conv2d, dwconv2d, quantize, dequantize: one per output channel
  std::vector<int8_t> table;      // 256 or none
  format::AddRecord add{};
  int8_t in_zero_point = 0, out_zero_point = 0, out_low = 0, out_high = 0;
};

// Weights are in the order of the views: OIHW with I running over the operand view's channels and O
// over the output view's.
struct Step {
  format::OpCode op = format::k_copy;
  std::string name;
  std::vector<std::vector<format::Segment>> operands;
  std::vector<format::Segment> output;
  Window window;
  int parameter = 0;
  Activation activation = Activation::none;
  float alpha = 0;
  std::vector<float> weights, bias;
  std::vector<float> weight_steps;  // of a quantized source file, one per output channel
  NodeScales scales;
  std::optional<Int8Step> int8;
};

// Channels of a view.
inline int channel_count(const std::vector<format::Segment>& view) {
  int sum = 0;
  for (const format::Segment& run : view) sum += run.channels;
  return sum;
}

struct Program {
  std::vector<Buffer> buffers;  // 0 is the input
  std::vector<Step> steps;
  std::vector<int> head_buffers;  // one per Graph::heads
};

}  // namespace linnet::converter
