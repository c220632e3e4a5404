// Which steps threads run without meeting in between.
//
// Steps follow one another in a group if each reads of what the group wrote only the rows that it
// computes itself: then a thread takes its rows through all of them, and what it wrote is still in
// its own cache. A ShuffleNetV2 unit needs one meeting in place of three: its depthwise convolution
// reads the neighbours' rows, the 1x1 convolutions around it do not.
//
// As threads of a group are at different steps at the same time, all memory that a group uses must
// stay for the whole group, and a row that a window still needs must not be overwritten.
#pragma once

#include "engine/planner.h"
#include "engine/session.h"

namespace linnet {

class StepGroup {
 public:
  // Longer groups save little and hold memory.
  static constexpr int kMostSteps = 6;

  // Takes `step`, which is step `index` of the model (and index + 1 if it is fused), and says
  // whether it joined the group of the steps before; else it starts a new one. Lifetimes grow to
  // what the group needs.
  bool add(const Step& step, int index, PlannedTensor* tensors);

  // Index of the step with which the group starts.
  int first() const { return first_; }
  // Steps of the group, those that are fused included.
  int length() const { return last_ - first_ + 1; }

 private:
  bool can_join(const Step& step) const;

  Step steps_[kMostSteps];
  int count_ = 0;
  int first_ = 0, last_ = 0;
};

// The tensors of `view` are used during the steps from `first` to `last`.
void extend_lifetime(const View& view, int first, int last, PlannedTensor* tensors);

}  // namespace linnet
