// How well each layer of a quantized program follows the same layer in floats, on pictures.
#pragma once

#include <vector>

#include "converter/quantize/layers.h"
#include "converter/quantize/quantize_program.h"

namespace linnet::converter {

// Of what one layer makes. Errors of the layers before it are part of it.
struct LayerQuality {
  int height = 0, width = 0, channels = 0;
  bool int8 = false;      // what it computes with
  bool measured = false;  // what it makes as int8: `saturated` and `bits` mean something
  double snr_db = 0;      // infinite if all values are the same
  double cosine = 1;
  double saturated = 0;  // share of values that int8 cut off, being beyond the range by more than
                         // half a step
  double bits = 0;       // log2 of how many of the 256 codes occur
  Range chosen, seen;    // chosen: {0, 0} if it only moves values or makes floats
};

// One for each layer.
std::vector<LayerQuality> measure_layers(const Graph& graph, const QuantizeInput& input,
                                         const std::vector<Layer>& layers,
                                         const QuantizedProgram& quantized,
                                         const std::vector<const host::Image*>& pictures,
                                         const RunOptions& options, const ProgressCall& progress);

}  // namespace linnet::converter
