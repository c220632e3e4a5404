// Quantized models, as pairs of QuantizeLinear and DequantizeLinear and as QLinear operators: their
// whole numbers and scales reach the int8 steps as they are.
#include <gtest/gtest.h>

#include <cmath>

#include "converter/convert.h"
#include "converter/error.h"
#include "tests/onnx/onnx_builder.h"

namespace linnet::test {
namespace {

using converter::Conversion;
using converter::Step;

constexpr int kUint8 = 2, kInt8 = 3, kInt32 = 6;
constexpr int kChannels = 4;

// Whole numbers around `middle`.
std::vector<int64_t> whole_numbers(size_t count, int64_t middle = 0) {
  std::vector<int64_t> values;
  for (size_t i = 0; i < count; ++i)
    values.push_back(static_cast<int64_t>(i * 37 % 255) - 127 + middle);
  return values;
}

struct Scales {
  std::vector<float> weights = {0.5f, 0.25f, 0.125f, 0.0625f};
  std::vector<int64_t> weight_zero_points = {0, 0, 0, 0};
  float in = 0.0625f, out = 0.125f;
  int64_t in_zero_point = 130, out_zero_point = 0;
  int type = kUint8;
  int64_t axis = 0;
};

// Scales and zero points as initializers, and the first convolution's weights and biases.
OnnxBuilder front(const Scales& s) {
  OnnxBuilder b = detector_front(kChannels);
  b.scalar("in_s", s.in).whole("in_z", {}, {s.in_zero_point}, s.type);
  b.scalar("out_s", s.out).whole("out_z", {}, {s.out_zero_point}, s.type);
  b.whole("w", {kChannels, kChannels, 1, 1}, whole_numbers(16), kInt8);
  b.floats("w_s", {static_cast<int64_t>(s.weights.size())}, s.weights);
  b.whole("w_z", {static_cast<int64_t>(s.weight_zero_points.size())}, s.weight_zero_points, kInt8);
  b.whole("b", {kChannels}, {100, -200, 300, 0}, kInt32);
  std::vector<float> bias_scales = s.weights;
  for (float& scale : bias_scales) scale *= s.in;
  b.floats("b_s", {static_cast<int64_t>(bias_scales.size())}, bias_scales);
  return b.node("QuantizeLinear", {"x", "in_s", "in_z"}, {"xq"});
}

// x -> conv, ReLU -> conv -> y, both with the same weights.
OnnxBuilder qdq(const Scales& s) {
  OnnxBuilder b = front(s);
  const std::vector<Proto> axis = {Attr::integer("axis", s.axis)};
  b.node("DequantizeLinear", {"xq", "in_s", "in_z"}, {"xd"});
  b.node("DequantizeLinear", {"w", "w_s", "w_z"}, {"wd"}, axis);
  b.node("DequantizeLinear", {"b", "b_s"}, {"bd"}, axis);
  b.node("Conv", {"xd", "wd", "bd"}, {"a"}).node("Relu", {"a"}, {"r"});
  b.node("QuantizeLinear", {"r", "out_s", "out_z"}, {"rq"});
  b.node("DequantizeLinear", {"rq", "out_s", "out_z"}, {"rd"});
  b.node("Conv", {"rd", "wd"}, {"y"});
  return b.heads("y", kChannels, 1);
}

OnnxBuilder qoperator(const Scales& s) {
  OnnxBuilder b = front(s);
  b.node("QLinearConv", {"xq", "in_s", "in_z", "w", "w_s", "w_z", "out_s", "out_z", "b"}, {"aq"});
  b.node("DequantizeLinear", {"aq", "out_s", "out_z"}, {"ad"}).node("Relu", {"ad"}, {"r"});
  b.node("QuantizeLinear", {"r", "out_s", "out_z"}, {"rq"});
  b.scalar("y_s", 2).whole("y_z", {}, {0}, s.type);
  b.node("QLinearConv", {"rq", "out_s", "out_z", "w", "w_s", "w_z", "y_s", "y_z"}, {"yq"});
  b.node("DequantizeLinear", {"yq", "y_s", "y_z"}, {"y"});
  return b.heads("y", kChannels, 1);
}

Conversion convert(const OnnxBuilder& builder, const converter::ConvertOptions& options = {}) {
  return converter::convert(converter::import_onnx(builder.build(13), {}), options);
}

const Step& step_of(const Conversion& done, const std::string& name) {
  for (const Step& step : done.program.steps) {
    if (step.name == name) return step;
  }
  throw std::logic_error("no step " + name);
}

// What the first convolution must be.
void expect_first(const Step& step, const Scales& s) {
  ASSERT_TRUE(step.int8.has_value());
  const std::vector<int64_t> whole = whole_numbers(16);
  EXPECT_EQ(step.int8->weights, (std::vector<int8_t>{whole.begin(), whole.end()}));
  const int shift = s.type == kUint8 ? 128 : 0;
  const int64_t bias[] = {100, -200, 300, 0};
  for (size_t o = 0; o < kChannels; ++o) {
    int64_t sum = 0;
    for (size_t i = 0; i < kChannels; ++i) sum += whole[o * kChannels + i];
    EXPECT_EQ(step.int8->bias[o], bias[o] - sum * (s.in_zero_point - shift)) << o;
    EXPECT_NEAR(step.int8->multiplier[o], s.in * s.weights[o] / s.out, 1e-7);
  }
  EXPECT_EQ(step.int8->out_zero_point, s.out_zero_point - shift);
  EXPECT_EQ(step.int8->out_low, s.out_zero_point - shift) << "ReLU";
}

TEST(OnnxQuantized, PairsKeepWeightsAndScales) {
  const Scales s;
  expect_first(step_of(convert(qdq(s)), "node_a"), s);
}

TEST(OnnxQuantized, QLinearOperatorsKeepWeightsAndScales) {
  const Scales s;
  expect_first(step_of(convert(qoperator(s)), "node_aq"), s);
}

TEST(OnnxQuantized, Int8FeatureMaps) {
  Scales s;
  s.type = kInt8;
  s.in_zero_point = 5;
  s.out_zero_point = -128;
  expect_first(step_of(convert(qdq(s)), "node_a"), s);
  expect_first(step_of(convert(qoperator(s)), "node_aq"), s);
}

// Weights as floats in front of the pair, as some tools leave them.
TEST(OnnxQuantized, FloatWeightsInFrontOfThePair) {
  const Scales s;
  OnnxBuilder b = front(s);
  std::vector<float> real;
  for (const int64_t q : whole_numbers(16)) {
    real.push_back(static_cast<float>(q) * s.weights[real.size() / kChannels]);
  }
  const std::vector<Proto> axis = {Attr::integer("axis", 0)};
  b.floats("wf", {kChannels, kChannels, 1, 1}, real);
  b.node("QuantizeLinear", {"wf", "w_s", "w_z"}, {"wq"}, axis);
  b.node("DequantizeLinear", {"wq", "w_s", "w_z"}, {"wd"}, axis);
  b.node("DequantizeLinear", {"xq", "in_s", "in_z"}, {"xd"}).node("Conv", {"xd", "wd"}, {"y"});
  const Conversion done = convert(b.heads("y", kChannels, 1));
  const std::vector<int64_t> whole = whole_numbers(16);
  EXPECT_EQ(step_of(done, "node_y").int8->weights,
            (std::vector<int8_t>{whole.begin(), whole.end()}));
}

// Pools, slices and concats may move whole numbers; QLinearAdd, -Mul, -Sigmoid, -Concat compute.
TEST(OnnxQuantized, OtherOperators) {
  OnnxBuilder b = front({});
  b.scalar("s2", 0.5f).whole("z2", {}, {128}, kUint8).scalar("s3", 1 / 256.0f);
  b.ints("zero", {0}).ints("two", {2}).ints("four", {4}).ints("axis", {1});
  b.node("MaxPool", {"xq"}, {"p"},
         {Attr::ints("kernel_shape", {3, 3}), Attr::ints("pads", {1, 1, 1, 1})});
  b.node("Slice", {"p", "zero", "two", "axis"}, {"l"})
      .node("Slice", {"p", "two", "four", "axis"}, {"r"});
  b.node("Concat", {"r", "l"}, {"c"}, {Attr::integer("axis", 1)});
  b.node("QLinearAdd", {"c", "in_s", "in_z", "xq", "in_s", "in_z", "s2", "z2"}, {"sum"});
  b.node("QLinearSigmoid", {"sum", "s2", "z2", "s3", "out_z"}, {"g"});
  b.node("QLinearMul", {"sum", "s2", "z2", "g", "s3", "out_z", "s2", "z2"}, {"m"});
  b.node("QLinearConcat", {"s2", "z2", "m", "s2", "z2", "xq", "in_s", "in_z"}, {"cat"},
         {Attr::integer("axis", 1)});
  b.node("DequantizeLinear", {"cat", "s2", "z2"}, {"y"}).heads("y", 2 * kChannels, 1);
  const Conversion done = convert(b);
  int silus = 0;
  for (const Step& step : done.program.steps) silus += step.activation == Activation::silu;
  EXPECT_EQ(silus, 1);
}

TEST(OnnxQuantized, DequantizesOnRequest) {
  converter::ConvertOptions options;
  options.dequantize = true;
  for (const Step& step : convert(qdq({}), options).program.steps) {
    EXPECT_FALSE(step.int8.has_value());
  }
}

void expect_error(const OnnxBuilder& builder, const std::string& part) {
  try {
    (void)convert(builder);
    ADD_FAILURE() << "expected: " << part;
  } catch (const converter::ConvertError& error) {
    EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
    EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
  }
}

TEST(OnnxQuantized, BadScalesNameTheNode) {
  for (const float bad : {0.0f, -1.0f, NAN, INFINITY, 1e-45f}) {
    Scales s;
    s.in = bad;
    expect_error(qdq(s), "QuantizeLinear 'node_xq': expected scales above 0, found");
    s = {};
    s.weights[2] = bad;
    expect_error(qdq(s), "DequantizeLinear 'node_wd': expected scales above 0, found");
    expect_error(qoperator(s), "QLinearConv 'node_aq': expected scales above 0, found");
  }
  Scales s;
  s.weights = {1, 2, 3};
  s.weight_zero_points = {0, 0, 0};
  expect_error(qdq(s),
               "'node_wd': expected one scale and zero point, or one for each of 4 output "
               "channels, found 3 and 3");
  expect_error(qoperator(s), "for each of 4 output channels, found 3 and 3");
  s = {};
  s.weight_zero_points = {0, 0};
  expect_error(qdq(s), "found 4 and 2");
  s = {};
  s.axis = 1;
  expect_error(qdq(s),
               "'node_wd': expected its scales along axis 0 (output channels), found axis 1");
}

TEST(OnnxQuantized, BadZeroPointsNameTheNode) {
  Scales s;
  s.in_zero_point = 256;
  expect_error(qdq(s), "QuantizeLinear 'node_xq': expected zero points from 0 to 255, found 256");
  s.type = kInt8;
  s.in_zero_point = -129;
  expect_error(qdq(s), "'node_xq': expected zero points from -128 to 127, found -129");
  s = {};
  s.type = kInt32;
  expect_error(qdq(s), "'node_xq': expected a feature map of type uint8 (2) or int8 (3)");
  s = {};
  s.weight_zero_points[1] = 128;
  expect_error(qdq(s), "'node_wd': expected zero points from -128 to 127, found 128");
  s = {};
  s.in_zero_point = INT64_MAX;
  expect_error(qdq(s), "expected zero points from 0 to 255, found 9223372036854775807");
}

TEST(OnnxQuantized, EmptyWeightsAndInfiniteBiases) {
  OnnxBuilder empty = front({});
  empty.whole("e", {0}, {}, kInt8).floats("e_s", {0}, {});
  empty.node("DequantizeLinear", {"e", "e_s"}, {"ed"}, {Attr::integer("axis", 0)});
  expect_error(empty, "'node_ed': expected one scale and zero point");
  OnnxBuilder infinite = front({});
  infinite.node("DequantizeLinear", {"w", "w_s"}, {"wd"}, {Attr::integer("axis", 0)});
  infinite.node("DequantizeLinear", {"xq", "in_s", "in_z"}, {"xd"});
  infinite.floats("inf", {kChannels}, {1, 2, INFINITY, 4}).node("Conv", {"xd", "wd", "inf"}, {"y"});
  expect_error(infinite.heads("y", kChannels, 1), "layer 'node_y': expected finite weights");
}

TEST(OnnxQuantized, OperatorsThatDoNotFitName) {
  const OnnxBuilder b = front({});
  OnnxBuilder missing = b;
  missing.node("QuantizeLinear", {"x"}, {"q"}).heads("q", kChannels, 1);
  expect_error(missing, "QuantizeLinear 'node_q': expected at least 2 inputs, found 1");
  OnnxBuilder computed = b;
  computed.node("QuantizeLinear", {"x", "c0"}, {"q"}).heads("q", kChannels, 1);
  expect_error(computed, "expected constant numbers, found a computed tensor");
  OnnxBuilder many = b;
  many.node("QuantizeLinear", {"x", "w_s"}, {"q"}).heads("q", kChannels, 1);
  expect_error(many, "expected one scale and one zero point for a feature map, found 4 and 1");
  OnnxBuilder whole = b;
  whole.node("Relu", {"xq"}, {"y"}).heads("y", kChannels, 1);
  expect_error(whole, "Relu 'node_y': input 'xq': expected real numbers");
  OnnxBuilder real = b;
  real.node("DequantizeLinear", {"x", "in_s", "in_z"}, {"y"}).heads("y", kChannels, 1);
  expect_error(real, "DequantizeLinear 'node_y': input 'x': expected whole numbers");
  OnnxBuilder other = b;
  other.node("DequantizeLinear", {"xq", "out_s", "in_z"}, {"y"}).heads("y", kChannels, 1);
  expect_error(other, "expected the scale 0.062500 and the zero point that it was quantized with");
}

}  // namespace
}  // namespace linnet::test
