// Scales as a quantized source file gives them.
#pragma once

#include "converter/ir/scale.h"
#include "converter/quantize/split_activations.h"
#include "converter/quantize/value_flow.h"

namespace linnet::converter {

struct GivenScales {
  // Of each channel of each step's output; none for a step that the file gives no scale for.
  std::vector<std::vector<Scale>> steps;
  int widened = 0;  // channels that the file reads in several scales; they got the finest
};

// A file says for a convolution what its input is rounded to, so a channel gets the scale of the
// convolution that reads it; else that of another reader; else that of the step that makes it. Of
// several readers' scales the finest is nearest to the channel's own range: coarser ones are those
// of concatenations with larger values.
// What goes into an activation's table without a scale of its own gets the range that the table's
// results need.
GivenScales given_scales(const SplitProgram& split, const ValueFlow& flow);

}  // namespace linnet::converter
