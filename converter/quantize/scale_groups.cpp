#include "converter/quantize/scale_groups.h"

#include <algorithm>
#include <numeric>

namespace linnet::converter {

ScaleGroups::ScaleGroups(const Program& program, const ValueFlow& flow)
    : group_(program.steps.size()),
      even_(program.steps.size(), false),
      only_depthwise_(program.steps.size(), true) {
  std::iota(group_.begin(), group_.end(), 0);
  for (int i = 0; i < static_cast<int>(group_.size()); ++i) find_needs(program, flow, i);
}

int ScaleGroups::root(int step) const {
  while (group_[static_cast<size_t>(step)] != step) step = group_[static_cast<size_t>(step)];
  return step;
}

void ScaleGroups::join(int a, int b) {
  a = root(a);
  b = root(b);
  group_[static_cast<size_t>(std::max(a, b))] = std::min(a, b);
  even_[static_cast<size_t>(std::min(a, b))] =
      even_[static_cast<size_t>(a)] || even_[static_cast<size_t>(b)];
}

void ScaleGroups::find_needs(const Program& program, const ValueFlow& flow, int i) {
  const Step& s = program.steps[static_cast<size_t>(i)];
  const bool computes = s.op == format::k_conv2d || s.op == format::k_dwconv2d;
  if (s.op == format::k_activation || s.activation == Activation::relu6) make_even(i);
  for (size_t k = 0; k < s.operands.size(); ++k) {
    int first = -1;
    for (const ChannelSource& source : flow.operand(i, static_cast<int>(k))) {
      if (source.step < 0) continue;
      if (s.op != format::k_dwconv2d && !keeps_scale(s.op))
        only_depthwise_[static_cast<size_t>(source.step)] = false;
      if (s.op == format::k_activation || s.op == format::k_add) make_even(source.step);
      const bool agree =
          (computes && s.window.pads()) || s.op == format::k_add || s.op == format::k_activation;
      if (agree && first >= 0) join(first, source.step);
      if (first < 0) first = source.step;
    }
  }
  if (s.op == format::k_add) make_even(i);
}

}  // namespace linnet::converter
