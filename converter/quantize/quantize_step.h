// The int8 form of one step's weights, biases, multipliers and tables.
#pragma once

#include "converter/quantize/patch_moments.h"
#include "converter/quantize/scales.h"

namespace linnet::converter {

// What the int8 form of a step depends on.
struct StepContext {
  const Step& step;                // in floats
  const std::vector<Scale>& in;    // of each channel of operand 0
  const std::vector<float>& mean;  // what each of them is on average, in real numbers
  const std::vector<Scale>& out;   // of each channel of the output; empty if that is float
  bool correct_bias;               // see quantize_dense
  // The weights, if they have been rounded (round_dense); null: each to the nearest.
  const std::vector<int8_t>* rounded = nullptr;
};

// conv2d and dwconv2d. Weights of a quantized source file come out as they are in it if what they
// read has one scale, else as near to that as possible. Those of others are scaled so that the
// largest of an output, times the scale of what it reads, becomes 127; where that would make the
// bias overflow, less. With correct_bias, what rounding the weights shifts the output by on average
// is taken off the bias (M. Nagel et al., arXiv:1906.04721, section 4.2).
Int8Step quantize_dense(const StepContext& context);

// The weights of a step without int8 weights in its source file, rounded together (see
// weight_rounding.h). `correct_bias` as in quantize_dense.
std::vector<int8_t> round_dense(const Step& step, const std::vector<Scale>& in,
                                const PatchMoments& moments, bool correct_bias);

double activate(Activation activation, double alpha, double x);

// The table of an activation between two scales.
std::vector<int8_t> activation_table(Activation activation, float alpha, const Scale& in,
                                     const Scale& out);

// The bounds that a fused clamp gives a step's output.
void set_clamp(Activation activation, const Scale& out, Int8Step* int8);

}  // namespace linnet::converter
