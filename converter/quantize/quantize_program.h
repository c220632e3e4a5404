// From a program in floats to one in int8, or in both.
#pragma once

#include "converter/quantize/calibrate.h"
#include "converter/quantize/scales.h"
#include "converter/quantize/split_activations.h"

namespace linnet::converter {

struct QuantizeOptions {
  ScaleOptions scales;
  bool correct_bias = true;
  bool int8_head = false;  // the heads' logits are int8 too, not only what they are computed from
};

// keep_float[i]: step i of the split program stays in floats; what it reads and makes is converted
// where its neighbours are int8. Ops that have no int8 form stay so by themselves. `calibration` is
// of split.program. Deterministic.
Program quantize_program(const SplitProgram& split, const Calibration& calibration,
                         const QuantizeOptions& options, const std::vector<bool>& keep_float);

// The same with scales that are known already, and without bias correction, which needs a
// calibration.
Program quantize_program(const SplitProgram& split, const Scales& scales,
                         const std::vector<bool>& keep_float);

}  // namespace linnet::converter
