// The layers of a program that quantization decides about.
#pragma once

#include <string>
#include <vector>

#include "converter/quantize/split_activations.h"

namespace linnet::converter {

// One step of the split program, or two: a convolution and its activation are one layer.
struct Layer {
  int first = 0, last = 0;  // steps of the split program
  std::string name;
  format::OpCode op = format::k_copy;
  bool can_be_int8 = false;
  bool computes = false;  // not only moves or compares values
};
std::vector<Layer> layers_of(const SplitProgram& split);

// For quantize_program: true for all steps of these layers.
std::vector<bool> steps_of(const SplitProgram& split, const std::vector<Layer>& layers,
                           const std::vector<bool>& chosen);

// The layers that names given by a user mean: those of that name or, if there is none, those whose
// names contain it. Throws ConvertError for a name that no layer has.
std::vector<bool> find_layers(const std::vector<Layer>& layers,
                              const std::vector<std::string>& names);

}  // namespace linnet::converter
