// Which steps must make their values in one scale, or at least with one zero point.
#pragma once

#include <vector>

#include "converter/quantize/value_flow.h"

namespace linnet::converter {

// Padding is one value for all channels of a window, so their zero points must agree. Tables and
// additions are the same for all channels, so they need one scale.
class ScaleGroups {
 public:
  ScaleGroups(const Program& program, const ValueFlow& flow);

  // Steps with the same root share their zero point.
  int root(int step) const;
  // True if they share one scale for all channels.
  bool even(int step) const { return even_[static_cast<size_t>(root(step))]; }
  // True if depthwise convolutions alone compute with the step's output.
  bool only_depthwise(int step) const { return only_depthwise_[static_cast<size_t>(step)]; }

 private:
  void find_needs(const Program& program, const ValueFlow& flow, int i);
  void join(int a, int b);
  void make_even(int i) { even_[static_cast<size_t>(root(i))] = true; }

  std::vector<int> group_;
  std::vector<bool> even_;  // by root
  std::vector<bool> only_depthwise_;
};

}  // namespace linnet::converter
