// Quantization as linnet-convert --int8 does it: calibrate on pictures, choose scales, make int8.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "converter/quantize/quantize_program.h"

namespace linnet::converter {

struct Int8Options {
  std::vector<std::string> pictures;  // files to calibrate with
  QuantizeOptions quantize;
  std::vector<std::string> keep_float;  // names of steps, or parts of names
  int threads = 1;
  std::function<void(double)> progress;  // the share of the calibration that is done
};

// Throws ConvertError or std::runtime_error, also for a name in keep_float that no step has.
Program quantize(const Graph& graph, const Program& program, const Int8Options& options);

}  // namespace linnet::converter
