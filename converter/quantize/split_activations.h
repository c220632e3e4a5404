// Takes activations that are no clamp out of the steps that they are fused into: int8 computes them
// with tables, so it must know the range of what goes in.
#pragma once

#include "converter/ir/program.h"

namespace linnet::converter {

// True for what int8 does by clamping: none, relu, relu6.
bool is_clamp(Activation activation);

// A step with another activation becomes two, the second an op of kind activation that reads a new
// buffer; all other steps stay as they are. `first_of_pair[i]` tells that step i was cut off from
// step i + 1.
struct SplitProgram {
  Program program;
  std::vector<bool> first_of_pair;
};
SplitProgram split_activations(const Program& program);

}  // namespace linnet::converter
