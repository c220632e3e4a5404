// Small networks on their way to int8, with pictures.
#pragma once

#include <memory>

#include "converter/convert.h"
#include "converter/quantize/head_evaluator.h"
#include "converter/quantize/layers.h"
#include "converter/quantize/quantize_program.h"
#include "tests/support/ir/graph_builder.h"

namespace linnet::test {

// Soft shapes and noise.
std::vector<host::Image> made_up_pictures(int count, int extent, uint32_t seed);

// Everything that quantize_program() needs.
class SmallNetwork {
 public:
  explicit SmallNetwork(const converter::Graph& graph,
                        const converter::QuantizeOptions& options = {}, int threads = 1);

  const converter::QuantizeInput& input() const { return *input_; }
  const converter::Graph& graph() const { return floats_.graph; }
  const std::vector<converter::Layer>& layers() const { return layers_; }
  const std::vector<host::Image>& pictures() const { return pictures_; }
  // Of the steps of the split program.
  std::vector<bool> all_steps(bool value) const;

  // SNR in dB of all logits against the program in floats; infinite if they are the same.
  double snr(const converter::Program& program) const;

 private:
  converter::Conversion floats_;
  converter::SplitProgram split_;
  std::vector<converter::Layer> layers_;
  std::vector<host::Image> pictures_;
  converter::Calibration calibration_;
  std::unique_ptr<converter::QuantizeInput> input_;
};

// A ShuffleNet-like stage that is updated in place, pools, a shortcut, activations of every kind.
converter::Graph shuffle_detector(uint32_t seed);

}  // namespace linnet::test
