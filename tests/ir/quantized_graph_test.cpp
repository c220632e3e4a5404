// From a graph with the scales of a quantized file to int8 steps.
#include <gtest/gtest.h>

#include <algorithm>

#include "converter/convert.h"
#include "converter/error.h"
#include "tests/support/ir/graph_builder.h"

namespace linnet::test {
namespace {

using converter::Conversion;
using converter::Graph;
using converter::Node;
using converter::NodeKind;
using converter::Scale;
using converter::Step;
using converter::ValueId;

// The weights become whole numbers of `step`, and the input is rounded to `in`.
void quantize(Node* conv, float step, const Scale& in) {
  conv->weight_steps.assign(conv->bias.size(), step);
  for (size_t i = 0; i < conv->weights.size(); ++i) {
    conv->weights[i] = step * (static_cast<float>(i * 37 % 255) - 127);
  }
  conv->scales.inputs = {in};
}

Node& node_of(Graph* graph, ValueId value) {
  for (Node& node : graph->nodes) {
    if (node.output == value) return node;
  }
  throw std::logic_error("no node");
}

// Where a convolution's weights are whole numbers again.
bool has_whole_numbers(const Step& step) {
  for (size_t i = 0; i < step.int8->weights.size(); ++i) {
    if (step.int8->weights[i] != static_cast<int>(i * 37 % 255) - 127) return false;
  }
  return true;
}

// One value that two 1x1 convolutions read, a and b; their sum goes on.
struct TwoReaders {
  GraphBuilder builder{1};
  ValueId shared, a, b;
  Graph graph;

  explicit TwoReaders(Activation activation = Activation::none) {
    const ValueId p2 = builder.conv(builder.conv(builder.input(), 8, 3, 2), 8, 3, 2);
    shared = builder.conv(p2, 8, 3, 2, 1, activation);
    a = builder.conv(shared, 8, 1, 1);
    b = builder.conv(shared, 8, 1, 1);
    const ValueId p3 = builder.pair(NodeKind::add, a, b);
    const ValueId p4 = builder.conv(p3, 8, 3, 2);
    graph = builder.finish(p3, p4, builder.conv(p4, 8, 3, 2));
  }
  Conversion convert(const Scale& in_a, const Scale& in_b) {
    quantize(&node_of(&graph, a), 0.5f, in_a);
    quantize(&node_of(&graph, b), 0.5f, in_b);
    return converter::convert(graph, {});
  }
  const Step& step(const Conversion& done, ValueId value) {
    const std::string& name = node_of(&graph, value).name;
    return *std::find_if(done.program.steps.begin(), done.program.steps.end(),
                         [&](const Step& s) { return s.name == name; });
  }
};

// The step that turns the shared value into int8.
const Step& rounding(const Conversion& done) {
  return *std::find_if(done.program.steps.begin(), done.program.steps.end(),
                       [](const Step& s) { return s.op == format::k_quantize; });
}

bool notes(const Conversion& done, const std::string& part) {
  return std::any_of(done.graph.notes.begin(), done.graph.notes.end(),
                     [&](const std::string& n) { return n.find(part) != std::string::npos; });
}

TEST(QuantizedGraph, TwoReadersWithOneScale) {
  TwoReaders net;
  const Conversion done = net.convert({0.25f, 3}, {0.25f, 3});
  EXPECT_EQ(rounding(done).int8->multiplier, std::vector<float>(8, 4));
  EXPECT_EQ(rounding(done).int8->out_zero_point, 3);
  EXPECT_TRUE(has_whole_numbers(net.step(done, net.a)));
  EXPECT_FALSE(notes(done, "several scales"));
}

TEST(QuantizedGraph, OfTwoScalesTheFinerIsTaken) {
  TwoReaders net;
  const Conversion done = net.convert({0.25f, 3}, {0.5f, 3});
  EXPECT_EQ(rounding(done).int8->multiplier, std::vector<float>(8, 4));
  EXPECT_TRUE(notes(done, "8 channels are read in several scales"));
  EXPECT_TRUE(has_whole_numbers(net.step(done, net.a))) << "of one scale all the same";
  EXPECT_TRUE(has_whole_numbers(net.step(done, net.b)));
}

// A window pads all channels with one zero point, which must do for both scales.
TEST(QuantizedGraph, TwoZeroPointsInFrontOfPadding) {
  GraphBuilder builder(1);
  const ValueId p2 = builder.conv(builder.conv(builder.input(), 8, 3, 2), 8, 3, 2);
  const ValueId left = builder.conv(p2, 8, 3, 2), right = builder.conv(p2, 8, 3, 2);
  const ValueId p3 = builder.conv(builder.concat({left, right}), 8, 3, 1);
  const ValueId a = builder.conv(left, 8, 1, 1), b = builder.conv(right, 8, 1, 1);
  const ValueId p4 = builder.conv(builder.pair(NodeKind::add, a, b), 8, 3, 2);
  Graph graph = builder.finish(p3, p4, builder.conv(p4, 8, 3, 2));
  quantize(&node_of(&graph, p3), 0.5f, {2, 0});
  quantize(&node_of(&graph, a), 0.5f, {1, -128});  // 0 to 255
  quantize(&node_of(&graph, b), 0.5f, {1, 127});   // -255 to 0
  const Conversion done = converter::convert(std::move(graph), {});
  int rounded = 0;
  for (const Step& step : done.program.steps) {
    if (step.op != format::k_quantize) continue;
    ++rounded;
    for (const float inverse : step.int8->multiplier) EXPECT_NEAR(inverse, 0.5f, 0.003f);
    EXPECT_EQ(step.int8->out_zero_point, 0);
  }
  EXPECT_EQ(rounded, 2);
}

TEST(QuantizedGraph, ScalesBehindReLUAreTakenAsTheyAre) {
  TwoReaders net(Activation::relu);
  const Conversion done = net.convert({0.25f, 0}, {0.25f, 0});
  EXPECT_EQ(rounding(done).int8->multiplier, std::vector<float>(8, 4));
  EXPECT_EQ(rounding(done).int8->out_zero_point, 0);
}

TEST(QuantizedGraph, WeightsOfSeveralInputScalesAreRoundedAgain) {
  GraphBuilder builder(1);
  const ValueId p2 = builder.conv(builder.conv(builder.input(), 8, 3, 2), 8, 3, 2);
  const ValueId left = builder.conv(p2, 8, 3, 2), right = builder.conv(p2, 8, 3, 2);
  const ValueId both = builder.conv(builder.concat({left, right}), 8, 1, 1);
  const ValueId one = builder.conv(left, 8, 1, 1);
  const ValueId p3 = builder.pair(NodeKind::add, both, one);
  const ValueId p4 = builder.conv(p3, 8, 3, 2);
  Graph graph = builder.finish(p3, p4, builder.conv(p4, 8, 3, 2));
  quantize(&node_of(&graph, both), 0.5f, {1, 0});
  quantize(&node_of(&graph, one), 0.5f, {0.25f, 0});  // finer, so `left` gets it
  const std::vector<float> weights = node_of(&graph, both).weights;
  const std::string name = node_of(&graph, both).name;
  const Conversion done = converter::convert(std::move(graph), {});
  EXPECT_TRUE(notes(done, "1 convolutions read channels of different scales"));
  for (const Step& step : done.program.steps) {
    if (step.name != name) continue;
    for (size_t i = 0; i < weights.size(); ++i) {
      // What each weight counts for is at most half a step off.
      const float unit = step.int8->multiplier[i / 16] / (i % 16 < 8 ? 0.25f : 1);
      EXPECT_NEAR(static_cast<float>(step.int8->weights[i]) * unit, weights[i], 0.51f * unit);
    }
  }
}

TEST(QuantizedGraph, BatchNormBehindInt8WeightsIsNotFolded) {
  GraphBuilder builder(1);
  const ValueId p2 = builder.conv(builder.conv(builder.input(), 8, 3, 2), 8, 3, 2);
  const ValueId conv = builder.conv(p2, 8, 3, 2);
  const ValueId p3 = builder.affine(conv);
  const ValueId p4 = builder.conv(p3, 8, 3, 2);
  Graph graph = builder.finish(p3, p4, builder.conv(p4, 8, 3, 2));
  quantize(&node_of(&graph, conv), 0.5f, {0.25f, 0});
  const std::string name = node_of(&graph, conv).name;
  const Conversion done = converter::convert(std::move(graph), {});
  const auto step = std::find_if(done.program.steps.begin(), done.program.steps.end(),
                                 [&](const Step& s) { return s.name == name; });
  ASSERT_NE(step, done.program.steps.end());
  ASSERT_TRUE(step->int8.has_value());
}

// Whatever a file says of which layers, the result is a valid model, with and without views.
TEST(QuantizedGraph, AnyScalesOnAnyNetwork) {
  for (uint32_t seed = 0; seed < 100; ++seed) {
    Graph graph = random_detector(seed);
    std::mt19937 random(seed);
    const auto below = [&](uint32_t bound) { return random() % bound; };
    const auto scale = [&]() -> Scale {
      constexpr int kZeroPoints[] = {0, 0, -128, -128, -120, 5, 127};
      return {0.01f * static_cast<float>(1 + below(5)), kZeroPoints[below(7)]};
    };
    const uint32_t share = 1 + below(10);
    for (Node& node : graph.nodes) {
      if (below(10) >= share) continue;
      if (node.kind == NodeKind::conv) {
        quantize(&node, 0.01f, scale());
      } else {
        for (size_t i = 0; i < node.inputs.size(); ++i) node.scales.inputs.emplace_back(scale());
      }
      if (below(3) == 0) node.scales.output = scale();
      if (below(3) == 0) node.scales.before_activation = scale();
    }
    for (const bool views : {true, false}) {
      converter::ConvertOptions options;
      options.views = views;
      EXPECT_NO_THROW((void)converter::convert(graph, options)) << "seed " << seed;
    }
  }
}

}  // namespace
}  // namespace linnet::test
