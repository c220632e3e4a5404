// Quantization as linnet-convert --int8 does it: calibrate on pictures, choose scales, make int8.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "converter/quantize/report.h"

namespace linnet::converter {

inline constexpr double kDefaultBudget = 0.01;  // see Int8Options::auto_mixed

struct Int8Options {
  std::vector<std::string> pictures;  // files to calibrate with
  QuantizeOptions quantize;
  std::vector<std::string> keep_float;  // names of layers, or parts of names
  // Keep further layers in floats until HeadError::score is at most this.
  std::optional<double> auto_mixed;
  bool report = false;  // measure the layers and what each of them costs
  int threads = 1;
  ProgressCall progress;
};

struct Quantization {
  Program program;
  QuantizationReport report;  // as far as the options ask for it
};

// Throws ConvertError or std::runtime_error, also for a name in keep_float that no layer has.
Quantization quantize(const Graph& graph, const Program& program, const Int8Options& options);

}  // namespace linnet::converter
