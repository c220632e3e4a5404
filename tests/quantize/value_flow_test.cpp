#include "converter/quantize/value_flow.h"

#include <gtest/gtest.h>

#include "converter/quantize/split_activations.h"

namespace linnet::converter {
namespace {

using SegmentList = std::vector<format::Segment>;

format::Segment run(int tensor, int channel, int channels) {
  return {static_cast<uint16_t>(tensor), static_cast<uint16_t>(channel),
          static_cast<uint16_t>(channels), 0, 0};
}

Step step(format::OpCode op, const std::string& name, SegmentList in, SegmentList out) {
  Step s;
  s.op = op;
  s.name = name;
  s.operands = {std::move(in)};
  s.output = std::move(out);
  return s;
}

// A buffer of four channels whose upper two are updated in place.
Program in_place_program() {
  Program p;
  p.buffers = {{"input", 3}, {"stage", 4}, {"pooled", 4}};
  p.steps.push_back(step(format::k_conv2d, "a", {run(0, 0, 3)}, {run(1, 0, 4)}));
  p.steps.push_back(step(format::k_conv2d, "b", {run(1, 2, 2)}, {run(1, 3, 1), run(1, 2, 1)}));
  p.steps.push_back(step(format::k_max_pool, "c", {run(1, 0, 4)}, {run(2, 0, 4)}));
  p.steps.push_back(step(format::k_conv2d, "d", {run(2, 1, 3)}, {run(1, 0, 1)}));
  return p;
}

TEST(ValueFlow, FollowsBuffersThatAreUpdatedInPlace) {
  const ValueFlow flow(in_place_program());
  using Sources = std::vector<ChannelSource>;
  EXPECT_EQ(flow.operand(0, 0), (Sources{{-1, 0}, {-1, 1}, {-1, 2}}));
  EXPECT_EQ(flow.operand(1, 0), (Sources{{0, 2}, {0, 3}}));
  // b wrote its first channel to 3, its second to 2.
  EXPECT_EQ(flow.operand(2, 0), (Sources{{0, 0}, {0, 1}, {1, 1}, {1, 0}}));
  EXPECT_EQ(flow.output(2), flow.operand(2, 0)) << "a pool makes nothing new";
  EXPECT_EQ(flow.operand(3, 0), (Sources{{0, 1}, {1, 1}, {1, 0}}));
  EXPECT_EQ(flow.output(3), (Sources{{3, 0}}));
}

TEST(ValueFlow, ShufflesAndBlocksMoveChannels) {
  Program p;
  p.buffers = {{"input", 3}, {"x", 4}, {"y", 4}, {"z", 16}};
  p.steps.push_back(step(format::k_conv2d, "a", {run(0, 0, 3)}, {run(1, 0, 4)}));
  p.steps.push_back(step(format::k_channel_shuffle, "b", {run(1, 0, 4)}, {run(2, 0, 4)}));
  p.steps.back().parameter = 2;
  p.steps.push_back(step(format::k_space_to_depth, "c", {run(2, 0, 4)}, {run(3, 0, 16)}));
  p.steps.back().parameter = 2;
  const ValueFlow flow(p);
  using Sources = std::vector<ChannelSource>;
  EXPECT_EQ(flow.output(1), (Sources{{0, 0}, {0, 2}, {0, 1}, {0, 3}}));
  EXPECT_EQ(flow.output(2)[6], (ChannelSource{0, 1}));
}

TEST(SplitActivations, CutsOffWhatIsNoClamp) {
  Program p = in_place_program();
  p.steps[0].activation = Activation::relu;
  p.steps[1].activation = Activation::leaky_relu;
  p.steps[1].alpha = 0.1f;
  const SplitProgram split = split_activations(p);
  ASSERT_EQ(split.program.steps.size(), 5u);
  EXPECT_EQ(split.first_of_pair, (std::vector<bool>{false, true, false, false, false}));
  const Step& conv = split.program.steps[1];
  const Step& activation = split.program.steps[2];
  EXPECT_EQ(split.program.steps[0].activation, Activation::relu);
  EXPECT_EQ(conv.activation, Activation::none);
  EXPECT_EQ(activation.op, format::k_activation);
  EXPECT_EQ(activation.activation, Activation::leaky_relu);
  EXPECT_EQ(activation.alpha, 0.1f);
  ASSERT_EQ(conv.output.size(), 1u);
  EXPECT_EQ(conv.output[0].tensor, 3) << "a buffer of its own";
  EXPECT_EQ(split.program.buffers[3].channels, 2);
  EXPECT_EQ(activation.operands[0][0].tensor, 3);
  EXPECT_EQ(activation.output.size(), 2u) << "where the convolution wrote";
}

TEST(SplitActivations, ActivationsAloneStay) {
  Program p = in_place_program();
  p.steps[3].op = format::k_activation;
  p.steps[3].activation = Activation::silu;
  EXPECT_EQ(split_activations(p).program.steps.size(), 4u);
}

}  // namespace
}  // namespace linnet::converter
