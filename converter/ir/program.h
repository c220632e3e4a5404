// What the passes leave: physical buffers and steps that read and write channel runs of them. The
// emitter packs this into a .lnt file without further decisions.
#pragma once

#include <string>
#include <vector>

#include "converter/ir/graph.h"
#include "model/format.h"

namespace linnet::converter {

struct Buffer {
  std::string name;
  int channels = 0;
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
};

struct Program {
  std::vector<Buffer> buffers;  // 0 is the input
  std::vector<Step> steps;
  std::vector<int> head_buffers;  // one per Graph::heads
};

}  // namespace linnet::converter
