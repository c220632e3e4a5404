// Int8 programs from quantized source files: their weights and scales as they are, no calibration.
#pragma once

#include <string>
#include <vector>

#include "converter/ir/program.h"

namespace linnet::converter {

// Convolutions that the file has no int8 weights for stay in floats, and so does what has no scale.
// Adds to `notes` what could not be kept as it was. Deterministic.
Program quantize_as_given(const Program& program, std::vector<std::string>* notes);

}  // namespace linnet::converter
