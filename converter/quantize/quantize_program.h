// From a program in floats to one in int8, or in both.
#pragma once

#include "converter/quantize/calibrate.h"
#include "converter/quantize/scales.h"
#include "converter/quantize/split_activations.h"

namespace linnet::converter {

struct QuantizeOptions {
  ScaleOptions scales;
  bool correct_bias = true;
  bool round_together = false;  // see weight_rounding.h; else each weight to the nearest
  bool int8_head = false;  // the heads' logits are int8 too, not only what they are computed from
};

// What does not depend on which steps are int8. `calibration` is of split.program; both must
// outlive this.
struct QuantizeInput {
  QuantizeInput(const SplitProgram& split_program, const Calibration& its_calibration,
                const QuantizeOptions& quantize_options);

  const SplitProgram& split;
  const Calibration& calibration;
  QuantizeOptions options;
  ValueFlow flow;
  Scales scales;
  std::vector<std::vector<int8_t>> rounded;  // each step's weights, if they are rounded together
};

struct QuantizedProgram {
  Program program;
  // Of each step: the step of the split program whose output it makes; kConversion if it only goes
  // from floats to int8 or back.
  std::vector<int> origin;
};
inline constexpr int kConversion = -1;

enum class BufferTypes : uint8_t {
  int8_if_used,  // by any int8 step: as deployed
  floats,  // all of them; each int8 step converts what it reads and makes, and steps that only
           // move values are float: what one step alone costs
};

// keep_float[i]: step i of the split program stays in floats; what it reads and makes is converted
// where its neighbours are int8. Ops that have no int8 form stay so by themselves. Deterministic.
QuantizedProgram quantize_program(const QuantizeInput& input, const std::vector<bool>& keep_float,
                                  BufferTypes types = BufferTypes::int8_if_used);

// Which steps of the split program can be int8.
std::vector<bool> int8_candidates(const SplitProgram& split);

// The same with scales that are known already, and without bias correction, which needs a
// calibration.
Program quantize_program(const SplitProgram& split, const Scales& scales,
                         const std::vector<bool>& keep_float);

}  // namespace linnet::converter
