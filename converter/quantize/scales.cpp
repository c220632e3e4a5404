#include "converter/quantize/scales.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace linnet::converter {
namespace {

constexpr float kLevels = 255;
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
        group_(program.steps.size()),
        even_(program.steps.size(), false),
        only_depthwise_(program.steps.size(), true) {
    std::iota(group_.begin(), group_.end(), 0);
  }

  void run(std::vector<std::vector<Scale>>* steps, std::vector<Range>* ranges) {
    for (int i = 0; i < count(); ++i) find_needs(i);
    steps->resize(group_.size());
    ranges->resize(group_.size());
    std::vector<Histogram> merged = merged_histograms();
    for (int i = 0; i < count(); ++i) {
      const auto at = static_cast<size_t>(i);
      const auto root = static_cast<size_t>(find(i));
      (*ranges)[at] = limited(choose_range(merged[root], options_.method), i);
      (*steps)[at] = channel_scales(i, (*ranges)[at], even_[root]);
    }
  }

 private:
  int count() const { return static_cast<int>(program_.steps.size()); }
  const Step& step(int i) const { return program_.steps[static_cast<size_t>(i)]; }

  int find(int i) {
    while (group_[static_cast<size_t>(i)] != i) i = group_[static_cast<size_t>(i)];
    return i;
  }
  void join(int a, int b) {
    a = find(a);
    b = find(b);
    group_[static_cast<size_t>(std::max(a, b))] = std::min(a, b);
    even_[static_cast<size_t>(std::min(a, b))] =
        even_[static_cast<size_t>(a)] || even_[static_cast<size_t>(b)];
  }
  void make_even(int i) { even_[static_cast<size_t>(find(i))] = true; }

  // Padding is one value for all channels of a window, so their zero points must agree. Tables and
  // additions are the same for all channels, so they need one scale.
  void find_needs(int i) {
    const Step& s = step(i);
    const Window& w = s.window;
    const bool pads = (w.pad_top | w.pad_left | w.pad_bottom | w.pad_right) != 0;
    const bool computes = s.op == format::k_conv2d || s.op == format::k_dwconv2d;
    if (s.op == format::k_activation || s.activation == Activation::relu6) make_even(i);
    for (size_t k = 0; k < s.operands.size(); ++k) {
      int first = -1;
      for (const ChannelSource& source : flow_.operand(i, static_cast<int>(k))) {
        if (source.step < 0) continue;
        if (s.op != format::k_dwconv2d && !keeps_scale(s.op))
          only_depthwise_[static_cast<size_t>(source.step)] = false;
        if (s.op == format::k_activation || s.op == format::k_add) make_even(source.step);
        const bool agree =
            (computes && pads) || s.op == format::k_add || s.op == format::k_activation;
        if (agree && first >= 0) join(first, source.step);
        if (first < 0) first = source.step;
      }
    }
    if (s.op == format::k_add) make_even(i);
  }

  std::vector<Histogram> merged_histograms() {
    std::vector<Histogram> merged(group_.size());
    for (int i = 0; i < count(); ++i) {
      if (keeps_scale(step(i).op)) continue;
      const StepStatistics& s = calibration_.steps[static_cast<size_t>(i)];
      const Histogram own = {s.first, s.last, s.bins};
      Histogram& all = merged[static_cast<size_t>(find(i))];
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
    Scale whole;
    whole.step = span > 0 ? span / kLevels : 1;
    whole.zero_point = static_cast<int>(
        std::clamp(std::nearbyint(-128 - range.low / whole.step), -128.0f, 127.0f));
    std::vector<Scale> scales(s.low.size(), whole);
    if (even || !options_.equalize || span <= 0) return scales;
    // Depthwise convolutions read each channel alone: there the finest steps cost nothing.
    const float strength = only_depthwise_[static_cast<size_t>(i)] ? 1.0f : 0.5f;
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
  std::vector<int> group_;  // steps whose outputs must share their zero point
  std::vector<bool> even_;  // by group: one scale for all channels
  std::vector<bool> only_depthwise_;
};

}  // namespace

Scales::Scales(const Program& program, const ValueFlow& flow, const Calibration& calibration,
               const ScaleOptions& options) {
  Chooser(program, flow, calibration, options).run(&steps_, &ranges_);
}

}  // namespace linnet::converter
