// The scale of each channel that a step makes.
#pragma once

#include "converter/ir/scale.h"
#include "converter/quantize/calibrate.h"
#include "converter/quantize/ranges.h"
#include "converter/quantize/value_flow.h"

namespace linnet::converter {

struct ScaleOptions {
  RangeMethod method = RangeMethod::mse;
  // Cross-layer equalization: channels of smaller range get finer steps, and the weights that read
  // them shrink to match (M. Nagel et al., "Data-Free Quantization Through Weight Equalization and
  // Bias Correction", arXiv:1906.04721). Costs nothing at run time, since steps of channels are
  // folded into weights and multipliers.
  bool equalize = true;
};

class Scales {
 public:
  Scales(const Program& program, const ValueFlow& flow, const Calibration& calibration,
         const ScaleOptions& options);
  // As given: for each step the scale of each channel, or none if the step's scale is not known.
  explicit Scales(std::vector<std::vector<Scale>> steps) : steps_(std::move(steps)) {}

  bool known(const ChannelSource& source) const {
    return source.step < 0 || !steps_[static_cast<size_t>(source.step)].empty();
  }
  const Scale& of(const ChannelSource& source) const {
    return source.step < 0
               ? kInputScale
               : steps_[static_cast<size_t>(source.step)][static_cast<size_t>(source.channel)];
  }
  // The range that step `i`'s output was given, all channels together.
  const Range& range(int i) const { return ranges_[static_cast<size_t>(i)]; }

 private:
  std::vector<std::vector<Scale>> steps_;
  std::vector<Range> ranges_;
};

}  // namespace linnet::converter
