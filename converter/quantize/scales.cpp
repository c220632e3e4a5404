#include "converter/quantize/scales.h"

#include <algorithm>
#include <cmath>

#include "converter/quantize/scale_groups.h"

namespace linnet::converter {
namespace {

// A channel's step is at least this share of the finest that its whole output would get.
constexpr float kFinest = 1e-4f;

// Where the inputs of activations that level off need no more range.
float useful_low(Activation activation) {
  switch (activation) {
    case Activation::silu:
    case Activation::sigmoid:
      return -8;
    case Activation::hard_swish:
    case Activation::hard_sigmoid:
      return -3;
    default:
      return -3.4e38f;
  }
}

class Chooser {
 public:
  Chooser(const Program& program, const ValueFlow& flow, const Calibration& calibration,
          const ScaleOptions& options)
      : program_(program),
        flow_(flow),
        calibration_(calibration),
        options_(options),
        groups_(program, flow) {}

  void run(std::vector<std::vector<Scale>>* steps, std::vector<Range>* ranges) {
    steps->resize(program_.steps.size());
    ranges->resize(program_.steps.size());
    std::vector<Histogram> merged = merged_histograms();
    for (int i = 0; i < count(); ++i) {
      const auto at = static_cast<size_t>(i);
      const auto root = static_cast<size_t>(groups_.root(i));
      (*ranges)[at] = limited(choose_range(merged[root], options_.method), i);
      (*steps)[at] = channel_scales(i, (*ranges)[at], groups_.even(i));
    }
  }

 private:
  int count() const { return static_cast<int>(program_.steps.size()); }
  const Step& step(int i) const { return program_.steps[static_cast<size_t>(i)]; }

  std::vector<Histogram> merged_histograms() {
    std::vector<Histogram> merged(program_.steps.size());
    for (int i = 0; i < count(); ++i) {
      if (keeps_scale(step(i).op)) continue;
      const StepStatistics& s = calibration_.steps[static_cast<size_t>(i)];
      const Histogram own = {s.first, s.last, s.bins};
      Histogram& all = merged[static_cast<size_t>(groups_.root(i))];
      all = all.bins.empty() ? own : merge(all, own);
    }
    return merged;
  }

  // If an activation alone reads step i, values below what it tells apart need no levels.
  Range limited(Range range, int i) const {
    if (i + 1 >= count() || step(i + 1).op != format::k_activation) return range;
    const ChannelSource& source = flow_.operand(i + 1, 0)[0];
    if (source.step == i) range.low = std::max(range.low, useful_low(step(i + 1).activation));
    return range;
  }

  std::vector<Scale> channel_scales(int i, const Range& range, bool even) const {
    const StepStatistics& s = calibration_.steps[static_cast<size_t>(i)];
    const float span = range.high - range.low;
    const Scale whole = covering(range.low, range.high);
    std::vector<Scale> scales(s.low.size(), whole);
    if (even || !options_.equalize || span <= 0) return scales;
    // Depthwise convolutions read each channel alone: there the finest steps cost nothing.
    const float strength = groups_.only_depthwise(i) ? 1.0f : 0.5f;
    for (size_t c = 0; c < scales.size(); ++c) {
      const float high = std::clamp(s.high[c], 0.0f, range.high);
      const float low = std::clamp(s.low[c], range.low, 0.0f);
      const auto above = static_cast<float>(127 - whole.zero_point);
      const auto below = static_cast<float>(whole.zero_point + 128);
      float needed = 0;
      if (above > 0) needed = std::max(needed, high / above);
      if (below > 0) needed = std::max(needed, -low / below);
      const float share = std::clamp(needed / whole.step, kFinest, 1.0f);
      scales[c].step = whole.step * std::pow(share, strength);
    }
    return scales;
  }

  const Program& program_;
  const ValueFlow& flow_;
  const Calibration& calibration_;
  const ScaleOptions& options_;
  ScaleGroups groups_;
};

}  // namespace

Scales::Scales(const Program& program, const ValueFlow& flow, const Calibration& calibration,
               const ScaleOptions& options) {
  Chooser(program, flow, calibration, options).run(&steps_, &ranges_);
}

}  // namespace linnet::converter
