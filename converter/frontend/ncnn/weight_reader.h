// ncnn's weights (.bin): blobs one after the other, in the order of the layers; each layer knows
// how many values it has.
#pragma once

#include <vector>

#include "converter/frontend/ncnn/param_file.h"

namespace linnet::converter::ncnn {

struct WeightBlob {
  std::vector<float> values;
  bool is_int8 = false;  // values are whole numbers in [-127, 127] that still need their scale
};

class WeightReader {
 public:
  explicit WeightReader(Bytes file) : file_(file) {}

  // A blob with a type tag (ncnn "type 0"): fp32, fp16, int8 or a 256-entry table.
  WeightBlob tagged(const Layer& layer, size_t count);
  // Plain fp32 ("type 1"): biases, scales, batch norm.
  std::vector<float> plain(const Layer& layer, size_t count);
  bool has_half() const { return has_half_; }
  // Throws unless every byte has been used: else the two files do not belong together.
  void finish() const;

 private:
  Bytes take(const Layer& layer, size_t bytes);

  Bytes file_;
  size_t position_ = 0;
  bool has_half_ = false;
};

}  // namespace linnet::converter::ncnn
