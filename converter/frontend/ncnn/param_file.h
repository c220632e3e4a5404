// ncnn's text graph (.param): one layer per line,
//   type name input_count output_count inputs… outputs… id=value…
// Format: https://github.com/Tencent/ncnn/wiki/param-and-model-file-structure
#pragma once

#include <map>
#include <string>
#include <vector>

#include "converter/frontend/frontend.h"

namespace linnet::converter::ncnn {

struct Layer {
  std::string type, name;
  std::vector<std::string> inputs, outputs;   // blob names
  std::map<int, std::vector<double>> params;  // arrays under their plain id (-23310 is 10)

  double number(int id, double fallback) const;
  // A whole number in [low, high]; throws ConvertError that names layer and id otherwise.
  int integer(int id, int fallback, int low, int high) const;
  const std::vector<double>& array(int id) const;
  std::string describe() const;  // "Convolution 'Conv_3'"
};

// Throws ConvertError. Checks counts and names; not what they mean.
std::vector<Layer> parse_param(Bytes text);

}  // namespace linnet::converter::ncnn
