#include "engine/step_group.h"

#include "engine/ops/op.h"

namespace linnet {
namespace {

// Output row y needs no other row than y of any operand.
bool reads_own_rows(const Step& step) {
  const format::Node& node = *step.node;
  return step.fused.node == nullptr && node.kernel_h <= 1 && node.stride_h <= 1 &&
         step.in_extent == step.out_extent;
}

bool overlap(const View& a, const View& b) {
  for (int i = 0; i < a.count; ++i) {
    for (int k = 0; k < b.count; ++k) {
      const format::Segment& x = a.segments[i];
      const format::Segment& y = b.segments[k];
      if (x.tensor == y.tensor && x.channel < y.channel + y.channels &&
          y.channel < x.channel + x.channels) {
        return true;
      }
    }
  }
  return false;
}

}  // namespace

void extend_lifetime(const View& view, int first, int last, PlannedTensor* tensors) {
  for (int i = 0; i < view.count; ++i) {
    PlannedTensor& tensor = tensors[view.segments[i].tensor];
    if (first < tensor.first) tensor.first = static_cast<uint16_t>(first);
    if (last > tensor.last) tensor.last = static_cast<uint16_t>(last);
  }
}

bool StepGroup::can_join(const Step& step) const {
  if (count_ == 0 || count_ == kMostSteps) return false;
  if (!step.op->runs_rows() || !steps_[0].op->runs_rows()) return false;
  if (rows_extent(step) != rows_extent(steps_[0])) return false;
  for (int i = 0; i < count_; ++i) {
    const Step& member = steps_[i];
    if (!reads_own_rows(step)) {
      for (int k = 0; k < step.node->operand_count; ++k) {
        if (overlap(step.in[k], output_of(member))) return false;
      }
    }
    if (!reads_own_rows(member)) {
      for (int k = 0; k < member.node->operand_count; ++k) {
        if (overlap(output_of(step), member.in[k])) return false;
      }
    }
  }
  return true;
}

bool StepGroup::add(const Step& step, int index, PlannedTensor* tensors) {
  const bool joined = can_join(step);
  if (!joined) {
    count_ = 0;
    first_ = index;
  }
  last_ = step.fused.node != nullptr ? index + 1 : index;
  steps_[count_++] = step;
  for (int i = 0; joined && i < count_; ++i) {
    const Step& member = steps_[i];
    for (int k = 0; k < member.node->operand_count; ++k) {
      extend_lifetime(member.in[k], first_, last_, tensors);
    }
    extend_lifetime(output_of(member), first_, last_, tensors);
  }
  return joined;
}

}  // namespace linnet
