// Each pattern that exports write, on small files made here; values against the same network
// computed by hand or written another way.
#include <gtest/gtest.h>

#include <cmath>

#include "converter/error.h"
#include "converter/frontend/frontend.h"
#include "tests/onnx/onnx_builder.h"
#include "tests/support/ir/ir_eval.h"

namespace linnet::test {
namespace {

using converter::ConvertError;
using converter::Graph;
using converter::NodeKind;

Graph import(const OnnxBuilder& builder, int64_t opset = 12) {
  const std::vector<uint8_t> file = builder.build(opset);
  return converter::import_onnx(file, {});
}

int count(const Graph& graph, NodeKind kind) {
  int n = 0;
  for (const converter::Node& node : graph.nodes) n += node.kind == kind;
  return n;
}

int count(const Graph& graph, Activation activation) {
  int n = 0;
  for (const converter::Node& node : graph.nodes) n += node.activation == activation;
  return n;
}

FeatureMap ramp() {
  FeatureMap map;
  map.shape = {3, 64, 64};
  for (int i = 0; i < 3 * 64 * 64; ++i) map.data.push_back(static_cast<float>(i % 97) / 97);
  return map;
}

void expect_same(const Graph& a, const Graph& b) {
  const std::vector<FeatureMap> x = evaluate(a, ramp()), y = evaluate(b, ramp());
  ASSERT_EQ(x.size(), y.size());
  for (size_t h = 0; h < x.size(); ++h) {
    ASSERT_EQ(x[h].data.size(), y[h].data.size());
    for (size_t i = 0; i < x[h].data.size(); ++i) ASSERT_NEAR(x[h].data[i], y[h].data[i], 1e-4);
  }
}

std::string error_of(const OnnxBuilder& builder) {
  try {
    (void)import(builder);
  } catch (const ConvertError& error) {
    return error.what();
  }
  return "";
}

TEST(OnnxImport, HeadsClassesAndStrides) {
  const Graph graph = import(detector_front(4).heads("x", 4, 2));
  ASSERT_EQ(graph.heads.size(), 3u);
  EXPECT_EQ(graph.class_count, 2);
  EXPECT_EQ(graph.heads[0].stride, 8);
  EXPECT_EQ(graph.heads[2].stride, 32);
  EXPECT_EQ(graph.native_height, 64);
  EXPECT_EQ(graph.anchors_origin, converter::Origin::unknown);
}

TEST(OnnxImport, ConvolutionsThatAreOutputsAreHeads) {
  OnnxBuilder b = detector_front(4);
  b.conv("x", "p3", 4, 21, 1, 1).conv("x", "d1", 4, 4, 3, 2).conv("d1", "p4", 4, 21, 1, 1);
  b.conv("d1", "d2", 4, 4, 3, 2).conv("d2", "p5", 4, 21, 1, 1);
  b.output("p3").output("p4").output("p5");
  EXPECT_EQ(import(b).class_count, 2);
}

TEST(OnnxImport, ShuffleAsReshapeTransposeReshape) {
  OnnxBuilder b = detector_front(4);
  b.ints("to5", {1, 2, 2, 8, 8}).ints("to4", {1, -1, 8, 8});
  b.node("Reshape", {"x", "to5"}, {"g"});
  b.node("Transpose", {"g"}, {"t"}, {Attr::ints("perm", {0, 2, 1, 3, 4})});
  b.node("Reshape", {"t", "to4"}, {"y"}).heads("y", 4, 1);
  const Graph graph = import(b);
  EXPECT_EQ(count(graph, NodeKind::channel_shuffle), 1);
}

TEST(OnnxImport, ShuffleAndChunkWithShapeChains) {
  OnnxBuilder b = detector_front(4);
  b.ints("one", {1}).ints("two", {2}).ints("zero", {0}).ints("minus", {-1}).ints("hw", {8, 8});
  b.node("Shape", {"x"}, {"shape"});
  b.node("Gather", {"shape", "one"}, {"c"}, {Attr::integer("axis", 0)});
  b.node("Div", {"c", "two"}, {"half"});
  b.node("Concat", {"one", "two", "half", "hw"}, {"dims"}, {Attr::integer("axis", 0)});
  b.node("Reshape", {"x", "dims"}, {"g"});
  b.node("Transpose", {"g"}, {"t"}, {Attr::ints("perm", {0, 2, 1, 3, 4})});
  b.node("Concat", {"one", "minus", "hw"}, {"back"}, {Attr::integer("axis", 0)});
  b.node("Reshape", {"t", "back"}, {"s"});
  b.node("Slice", {"s", "zero", "half", "one"}, {"a"})
      .node("Slice", {"s", "half", "c", "one"}, {"b"});
  b.node("Concat", {"b", "a"}, {"y"}, {Attr::integer("axis", 1)}).heads("y", 4, 1);
  const Graph graph = import(b);
  EXPECT_EQ(count(graph, NodeKind::channel_shuffle), 1);
  EXPECT_EQ(count(graph, NodeKind::slice), 2);
}

// What is no size is not folded, and then it is an error: never a division by 0 or a cast of NaN.
TEST(OnnxImport, OddNumbersWhereSizesBelong) {
  for (const float odd : {0.5f, -0.5f, NAN, INFINITY, -INFINITY, 1e30f, -1e30f, 0.0f}) {
    OnnxBuilder b = detector_front(4);
    b.ints("to5", {1, 2, 2, 8, 8}).floats("odd", {2}, {odd, -1}).floats("one", {1}, {odd});
    b.node("Reshape", {"to5", "odd"}, {"reshaped"}).node("ConstantOfShape", {"odd"}, {"constant"});
    b.node("Gather", {"to5", "one"}, {"gathered"}).node("Slice", {"to5", "one", "one"}, {"sliced"});
    b.node("Reshape", {"x", "reshaped"}, {"g"}).node("Reshape", {"g", "gathered"}, {"h"});
    b.node("Reshape", {"h", "sliced"}, {"i"}).node("Reshape", {"i", "odd"}, {"y"});
    EXPECT_THROW(import(b.heads("y", 4, 1)), ConvertError) << odd;
  }
}

TEST(OnnxImport, SplitByAttributeAndByInputIsSlices) {
  OnnxBuilder a = detector_front(4), b = detector_front(4), c = detector_front(4);
  a.node("Split", {"x"}, {"p", "q"}, {Attr::integer("axis", 1), Attr::ints("split", {2, 2})});
  b.ints("sizes", {2, 2}).node("Split", {"x", "sizes"}, {"p", "q"}, {Attr::integer("axis", 1)});
  c.node("Split", {"x"}, {"p", "q"}, {Attr::integer("axis", 1)});
  for (OnnxBuilder* form : {&a, &b, &c}) {
    form->node("Concat", {"q", "p"}, {"y"}, {Attr::integer("axis", 1)}).heads("y", 4, 1);
  }
  expect_same(import(a, 11), import(b, 13));
  expect_same(import(a, 11), import(c, 13));
}

TEST(OnnxImport, GatesBecomeActivations) {
  OnnxBuilder b = detector_front(4);
  b.node("Sigmoid", {"x"}, {"s"}).node("Mul", {"x", "s"}, {"silu"});
  b.node("HardSigmoid", {"silu"}, {"h"},
         {Attr::number("alpha", 1.0f / 6), Attr::number("beta", 0.5f)});
  b.node("Mul", {"h", "silu"}, {"y"}).heads("y", 4, 1);
  const Graph graph = import(b);
  EXPECT_EQ(count(graph, Activation::silu), 1);
  EXPECT_EQ(count(graph, Activation::hard_swish), 1);
  EXPECT_EQ(count(graph, NodeKind::mul), 0);
}

TEST(OnnxImport, HardSwishWrittenOutIsTheSame) {
  OnnxBuilder a = detector_front(4), b = detector_front(4);
  a.node("HardSwish", {"x"}, {"y"}).heads("y", 4, 1);
  b.scalar("three", 3).scalar("zero", 0).scalar("six", 6);
  b.node("Add", {"x", "three"}, {"p"}).node("Clip", {"p", "zero", "six"}, {"c"});
  b.node("Mul", {"x", "c"}, {"m"}).node("Div", {"m", "six"}, {"y"}).heads("y", 4, 1);
  expect_same(import(a), import(b));
}

TEST(OnnxImport, BatchNormalizationIsAffine) {
  OnnxBuilder b = detector_front(4);
  b.floats("s", {4}, {1, 2, 3, 4}).floats("o", {4}, {0, 1, 0, -1});
  b.floats("m", {4}, {1, 0, 1, 0}).floats("v", {4}, {1, 1, 4, 4});
  b.node("BatchNormalization", {"x", "s", "o", "m", "v"}, {"y"}, {Attr::number("epsilon", 0.0f)});
  const Graph graph = import(b.heads("y", 4, 1));
  for (const converter::Node& node : graph.nodes) {
    if (node.kind != NodeKind::affine) continue;
    EXPECT_EQ(node.weights, (std::vector<float>{1, 2, 1.5f, 2}));
    EXPECT_EQ(node.bias, (std::vector<float>{-1, 1, -1.5f, -1}));
  }
  EXPECT_EQ(count(graph, NodeKind::affine), 1);
}

TEST(OnnxImport, FocusIsSpaceToDepth) {
  OnnxBuilder b(64, 64);
  b.ints("zero", {0}).ints("one", {1}).ints("two", {2}).ints("three", {3}).ints("end", {INT64_MAX});
  const char* starts[] = {"zero", "one"};
  int n = 0;
  for (const char* x : starts) {
    for (const char* y : starts) {
      const std::string i = std::to_string(n++);
      b.node("Slice", {"images", y, "end", "two", "two"}, {"rows" + i});
      b.node("Slice", {"rows" + i, x, "end", "three", "two"}, {"part" + i});
    }
  }
  b.node("Concat", {"part0", "part1", "part2", "part3"}, {"focus"}, {Attr::integer("axis", 1)});
  b.conv("focus", "f", 12, 4, 3, 2).conv("f", "x", 4, 4, 3, 2).heads("x", 4, 1);
  const Graph graph = import(b);
  EXPECT_EQ(count(graph, NodeKind::space_to_depth), 1);
  for (const converter::Node& node : graph.nodes) {
    if (node.kind != NodeKind::permute_channels) continue;
    EXPECT_EQ(node.permutation, (std::vector<int>{0, 1, 2, 6, 7, 8, 3, 4, 5, 9, 10, 11}));
  }
}

TEST(OnnxImport, ResizeByScalesAndBySizes) {
  OnnxBuilder a = detector_front(4), b = detector_front(4);
  const std::vector<Proto> nearest = {Attr::text("mode", "nearest"),
                                      Attr::text("nearest_mode", "floor"),
                                      Attr::text("coordinate_transformation_mode", "asymmetric")};
  a.floats("scales", {4}, {1, 1, 2, 2}).conv("x", "d", 4, 4, 3, 2);
  a.node("Resize", {"d", "", "scales"}, {"u"}, nearest);
  b.ints("sizes", {1, 4, 8, 8}).conv("x", "d", 4, 4, 3, 2);
  b.node("Resize", {"d", "", "", "sizes"}, {"u"}, nearest);
  for (OnnxBuilder* form : {&a, &b}) form->node("Add", {"u", "x"}, {"y"}).heads("y", 4, 1);
  expect_same(import(a), import(b));
  EXPECT_EQ(count(import(a), NodeKind::upsample), 1);
}

TEST(OnnxImport, SqueezeAndExciteGateBroadcasts) {
  OnnxBuilder b = detector_front(4);
  b.node("GlobalAveragePool", {"x"}, {"g"})
      .conv("g", "w", 4, 4, 1, 1)
      .node("Sigmoid", {"w"}, {"s"});
  b.node("Mul", {"s", "x"}, {"y"}).heads("y", 4, 1);
  EXPECT_EQ(count(import(b), NodeKind::mul), 1);
}

TEST(OnnxImport, PadBecomesPaddingOfTheConvolution) {
  OnnxBuilder a = detector_front(4), b = detector_front(4);
  a.conv("x", "y", 4, 4, 3, 1).heads("y", 4, 1);
  b.ints("pads", {0, 0, 1, 1, 0, 0, 1, 1}).node("Pad", {"x", "pads"}, {"padded"});
  // The same weights (the builder's seed is at the same place), read without padding of its own.
  b.conv("x", "unused", 4, 4, 3, 1);
  b.node("Conv", {"padded", "unused.weight", "unused.bias"}, {"y"}).heads("y", 4, 1);
  expect_same(import(a), import(b));
}

TEST(OnnxImport, AnchorsOfADecodingTail) {
  OnnxBuilder b = detector_front(4);
  b.heads("x", 4, 1);
  for (int i = 0; i < 3; ++i) {
    const std::string n = std::to_string(i);
    const float base = static_cast<float>(10 * (i + 1));
    b.floats("anchors" + n, {1, 3, 1, 1, 2}, {base, 2, 3, 4, 5, 6});
    b.node("Sigmoid", {"out" + n}, {"sig" + n}).node("Mul", {"sig" + n, "anchors" + n}, {"wh" + n});
  }
  const Graph graph = import(b);
  EXPECT_EQ(graph.anchors_origin, converter::Origin::file);
  EXPECT_EQ(graph.heads[1].anchors[0].width, 20);
  EXPECT_EQ(graph.heads[1].anchors[2].height, 6);
}

// Dynamic axes, but the reshapes of the heads hold the size that was traced.
TEST(OnnxImport, OpenSizeIsTakenFromReshapes) {
  OnnxBuilder b(0, 0);
  b.conv("images", "c0", 3, 4, 3, 2).conv("c0", "c1", 4, 4, 3, 2).conv("c1", "x", 4, 4, 3, 2);
  std::string feature = "x";
  for (int i = 0; i < 3; ++i) {
    const std::string n = std::to_string(i);
    if (i != 0) b.conv(feature, "d" + n, 4, 4, 3, 2);
    if (i != 0) feature = "d" + n;
    b.conv(feature, "h" + n, 4, 18, 1, 1).ints("s" + n, {1, 3, 6, 96 / (8 << i), 160 / (8 << i)});
    b.node("Reshape", {"h" + n, "s" + n}, {"g" + n});
    b.node("Transpose", {"g" + n}, {"o" + n}, {Attr::ints("perm", {0, 1, 3, 4, 2})})
        .output("o" + n);
  }
  const Graph graph = import(b);
  EXPECT_EQ(graph.native_height, 96);
  EXPECT_EQ(graph.native_width, 160);
}

TEST(OnnxImport, NamesFromMetadata) {
  OnnxBuilder b = detector_front(4);
  b.heads("x", 4, 2).metadata("names", "{0: 'ball', 1: \"cat's tail\"}");
  EXPECT_EQ(import(b).class_names, (std::vector<std::string>{"ball", "cat's tail"}));
}

TEST(OnnxImport, UnsortedNodesAreSorted) {
  OnnxBuilder a = detector_front(4), b(64, 64);
  a.node("Relu", {"x"}, {"y"}).heads("y", 4, 1);
  b.node("Relu", {"x"}, {"y"});
  b.conv("images", "c0", 3, 4, 3, 2).conv("c0", "c1", 4, 4, 3, 2).conv("c1", "x", 4, 4, 3, 2);
  b.heads("y", 4, 1);
  expect_same(import(a), import(b));
}

TEST(OnnxErrors, NameNodeAndWhatIsSupported) {
  OnnxBuilder b = detector_front(4);
  b.node("Einsum", {"x"}, {"y"}).heads("y", 4, 1);
  const std::string message = error_of(b);
  EXPECT_NE(message.find("Einsum 'node_y'"), std::string::npos) << message;
  EXPECT_NE(message.find("Conv, MaxPool"), std::string::npos) << message;
}

TEST(OnnxErrors, UnsupportedOpsBehindTheHeadsDoNotMatter) {
  OnnxBuilder b = detector_front(4);
  b.heads("x", 4, 1).node("NonMaxSuppression", {"out0", "out1"}, {"boxes"});
  EXPECT_EQ(error_of(b), "");
}

TEST(OnnxErrors, Cycle) {
  OnnxBuilder b = detector_front(4);
  b.node("Relu", {"q"}, {"p"}).node("Relu", {"p"}, {"q"}).heads("x", 4, 1);
  EXPECT_NE(error_of(b).find("cycle"), std::string::npos);
}

TEST(OnnxErrors, WrongWeightCountAndMissingTensor) {
  OnnxBuilder b = detector_front(4);
  b.floats("w", {4, 4, 1, 1}, {1, 2, 3}).node("Conv", {"x", "w"}, {"y"}).heads("y", 4, 1);
  EXPECT_NE(error_of(b).find("expected 16 elements, found 3"), std::string::npos) << error_of(b);
  OnnxBuilder c = detector_front(4);
  c.node("Relu", {"nowhere"}, {"y"}).heads("y", 4, 1);
  EXPECT_NE(error_of(c).find("'nowhere'"), std::string::npos);
}

TEST(OnnxErrors, NoHeads) {
  OnnxBuilder b = detector_front(4);
  EXPECT_NE(error_of(b.output("x")).find("expected 3 detection heads"), std::string::npos);
}

TEST(OnnxErrors, ConstantBombsAreRefused) {
  OnnxBuilder b = detector_front(4);
  b.ints("huge", {1 << 20, 1 << 20}).node("ConstantOfShape", {"huge"}, {"bomb"});
  b.node("Add", {"x", "bomb"}, {"y"}).heads("y", 4, 1);
  EXPECT_NE(error_of(b), "");
}

TEST(OnnxErrors, EveryTruncationIsOneLine) {
  const std::vector<uint8_t> file = detector_front(4).heads("x", 4, 1).build();
  for (size_t size = 0; size < file.size(); ++size) {
    try {
      (void)converter::import_onnx({file.data(), size}, {});
    } catch (const ConvertError& error) {
      ASSERT_EQ(std::string(error.what()).find('\n'), std::string::npos);
    }
  }
}

}  // namespace
}  // namespace linnet::test
