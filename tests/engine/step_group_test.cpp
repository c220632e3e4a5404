// Which steps threads take through without meeting in between.
#include "engine/step_group.h"

#include <gtest/gtest.h>

#include "tests/engine/open_session.h"

namespace linnet::test {
namespace {

void in_order(void*, int count, linnet_task task, void* context) {
  for (int i = 0; i < count; ++i) task(context, i, 0);
}

// group_steps of every step, with two threads.
std::vector<int> groups(const std::vector<uint8_t>& file) {
  const VerifiedModel model(file);
  linnet_config config = sized(64, 64);
  config.threads = 2;
  config.parallel_for = in_order;
  const OpenSession session(model, config);
  const SessionState& state = session.internals();
  std::vector<int> counts;
  for (int i = 0; i < state.step_count; ++i) counts.push_back(state.steps[i].group_steps);
  return counts;
}

void add_heads(ModelBuilder* b) {
  for (int stride = 2; stride <= 8; stride *= 2) {
    const int head = b->tensor("head" + std::to_string(stride), 6);
    b->conv(b->whole(0), b->whole(head), window(stride, stride));
    b->head(head, stride, {{10, 20}});
  }
}

// A buffer of 16 channels, of which a depthwise convolution reads the first 8; then a 1x1
// convolution writes 8 channels of it, from `channel` on.
std::vector<uint8_t> in_place_model(int channel) {
  ModelBuilder b;
  b.max_stride(8);
  const int stage = b.tensor("stage", 16), between = b.tensor("between", 8);
  b.conv(b.whole(0), b.whole(stage), window(1, 4));
  b.dwconv({segment(stage, 0, 8)}, b.whole(between), window(3, 1, 1));
  b.conv(b.whole(between), {segment(stage, channel, 8)}, window(1));
  add_heads(&b);
  return b.build();
}

TEST(StepGroup, ARowThatAWindowStillReadsIsNotOverwritten) {
  EXPECT_EQ(groups(in_place_model(0)), (std::vector<int>{1, 1, 1, 1, 1, 1}));
  EXPECT_EQ(groups(in_place_model(7)), (std::vector<int>{1, 1, 1, 1, 1, 1}));
  EXPECT_EQ(groups(in_place_model(8)), (std::vector<int>{1, 2, 1, 1, 1, 1}));
}

// A ShuffleNetV2 unit and the start of the next: 1x1, depthwise, 1x1, 1x1.
TEST(StepGroup, AUnitNeedsOneMeeting) {
  ModelBuilder b;
  b.max_stride(8);
  const int stage = b.tensor("stage", 16);
  const int a = b.tensor("a", 8), c = b.tensor("c", 8), next = b.tensor("next", 8);
  b.conv(b.whole(0), b.whole(stage), window(1, 4));
  b.conv({segment(stage, 8, 8)}, b.whole(a), window(1));
  b.dwconv(b.whole(a), b.whole(c), window(3, 1, 1));
  b.conv(b.whole(c), {segment(stage, 8, 8)}, window(1));
  b.conv({segment(stage, 4, 8)}, b.whole(next), window(1));
  add_heads(&b);
  const std::vector<uint8_t> file = b.build();
  EXPECT_EQ(groups(file), (std::vector<int>{2, 1, 3, 1, 1, 1, 1, 1}));
}

TEST(StepGroup, ExtendsLifetimesToTheWholeGroup) {
  ModelBuilder b;
  b.max_stride(8);
  const int x = b.tensor("x", 8), y = b.tensor("y", 8), z = b.tensor("z", 8);
  b.conv(b.whole(0), b.whole(x), window(1, 4));
  b.conv(b.whole(x), b.whole(y), window(1));
  b.conv(b.whole(y), b.whole(z), window(1));
  add_heads(&b);
  const VerifiedModel model(b.build());
  linnet_config config = sized(64, 64);
  config.threads = 2;
  config.parallel_for = in_order;
  const OpenSession two(model, config);
  const Tensor* tensors = two.internals().tensors;
  // One thread may put z where x was; two may not.
  EXPECT_EQ(two.internals().steps[0].group_steps, 3);
  EXPECT_NE(tensors[x].data, tensors[z].data);
  EXPECT_NE(tensors[x].data, tensors[y].data);
  EXPECT_NE(tensors[y].data, tensors[z].data);
}

}  // namespace
}  // namespace linnet::test
