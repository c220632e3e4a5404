// Scales and zero points: real = scale * (q - zero_point), q from -128 to 127.
#pragma once

#include "converter/quantize/calibrate.h"
#include "converter/quantize/ranges.h"
#include "converter/quantize/value_flow.h"

namespace linnet::converter {

// Of one channel.
struct Scale {
  float step = 1;  // finite, above 0
  int zero_point = 0;
  bool operator==(const Scale&) const = default;
};

// A byte of the picture minus 128.
inline constexpr Scale kInputScale = {1.0f / 255, -128};

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
