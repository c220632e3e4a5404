// Which layers quantization hurts, and which of them to keep in floats.
#pragma once

#include "converter/quantize/head_evaluator.h"
#include "converter/quantize/layers.h"
#include "converter/quantize/quantize_program.h"

namespace linnet::converter {

// What the heads lose if one layer alone is int8 (its weights, what it reads and what it makes) and
// all others are float. Not the other way round: beside a whole network of int8 layers the part of
// one of them is lost in the noise, and what each alone costs adds up (as noise) to about what all
// of them cost. Layers that cannot be int8 or only move values cost nothing.
struct LayerCost {
  HeadError alone;
  double work_share = 0;  // of the network's multiplications
};
std::vector<LayerCost> layer_costs(const QuantizeInput& input, const std::vector<Layer>& layers,
                                   const HeadEvaluator& evaluator, const ProgressCall& progress);

struct MixedChoice {
  double budget = 0;         // of HeadError::score
  bool met = false;          // false only if what has no int8 form already costs more
  HeadError before, after;   // with all in int8 that may be; with `kept` in floats
  std::vector<size_t> kept;  // layers, in the order in which they were chosen
  int tried = 0;             // programs that were run for this
};

// Keeps the fewest layers in floats that bring the heads' score error down to the budget. Layers
// are taken by what they cost alone over their price, which is their share of the work and a fixed
// part for the conversions around a float layer; then each that turns out not to be needed is given
// back. What counts is always the error of the whole program as it would be deployed: a kept layer
// that writes into a buffer which int8 layers share is still rounded there. `keep_float` (layers)
// stay in floats anyway.
MixedChoice choose_mixed(const QuantizeInput& input, const std::vector<Layer>& layers,
                         const HeadEvaluator& evaluator, const std::vector<LayerCost>& costs,
                         const std::vector<bool>& keep_float, double budget,
                         const ProgressCall& progress);

}  // namespace linnet::converter
