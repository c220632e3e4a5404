// Each pass: what it must do to a small graph, and that the function stays the same.
#include <gtest/gtest.h>

#include <functional>

#include "converter/error.h"
#include "converter/passes/passes.h"
#include "tests/support/ir/graph_builder.h"

namespace linnet::test {
namespace {

using converter::Graph;
using converter::NodeKind;

// Applies a pass, checks that the heads stay the same, and returns the rewritten graph.
Graph rewritten(const Graph& graph, void (*pass)(Graph*)) {
  Graph after = graph;
  pass(&after);
  infer_shapes(&after);
  const FeatureMap input = noise(graph, 7);
  EXPECT_LT(distance(evaluate(graph, input), evaluate(after, input)), 1e-4);
  return after;
}

int count(const Graph& graph, NodeKind kind) {
  int n = 0;
  for (const converter::Node& node : graph.nodes) n += node.kind == kind;
  return n;
}

// A detector on x at stride 8 with `width` channels.
Graph finish(GraphBuilder* b, GraphBuilder::Value x) {
  const GraphBuilder::Value p4 = b->conv(x, 4, 3, 2);
  return b->finish(x, p4, b->conv(p4, 4, 3, 2));
}

GraphBuilder::Value front(GraphBuilder* b, int width) {
  return b->conv(b->conv(b->conv(b->input(), 4, 3, 2), 4, 3, 2), width, 3, 2);
}

TEST(RemoveIdentity, AllKinds) {
  GraphBuilder b(1);
  auto x = b.identity(front(&b, 4));
  x = b.upsample(x, 1);
  x = b.shuffle(x, 1);
  x = b.slice(x, 0, 4);
  x = b.concat({x});
  x = b.permute(x, {0, 1, 2, 3});
  const Graph graph = finish(&b, x);
  const Graph after = rewritten(graph, converter::remove_identity);
  EXPECT_EQ(after.nodes.size(), graph.nodes.size() - 6);
}

TEST(RemoveIdentity, AHeadThatIsACopy) {
  GraphBuilder b(2);
  const auto x = front(&b, 4);
  Graph graph = finish(&b, x);
  converter::Node copy;
  copy.kind = NodeKind::identity;
  copy.inputs = {graph.heads[0].value};
  graph.heads[0].value = graph.add_node(copy, "copy");
  infer_shapes(&graph);
  EXPECT_EQ(count(rewritten(graph, converter::remove_identity), NodeKind::identity), 0);
}

TEST(RemoveDeadCode, KeepsWhatHeadsNeed) {
  GraphBuilder b(3);
  const auto x = front(&b, 4);
  b.activation(b.conv(x, 8, 3, 1), Activation::relu);
  const Graph graph = finish(&b, x);
  EXPECT_EQ(rewritten(graph, converter::remove_dead_code).nodes.size(), graph.nodes.size() - 2);
}

TEST(FoldAffineChain, ThreeBecomeOne) {
  GraphBuilder b(4);
  const auto x = b.affine(b.affine(b.affine(front(&b, 4))));
  EXPECT_EQ(count(rewritten(finish(&b, x), converter::fold_affine_chain), NodeKind::affine), 1);
}

TEST(FoldAffineChain, StopsAtASecondReader) {
  GraphBuilder b(5);
  const auto first = b.affine(front(&b, 4));
  const auto x = b.pair(NodeKind::add, first, b.affine(first));
  EXPECT_EQ(count(rewritten(finish(&b, x), converter::fold_affine_chain), NodeKind::affine), 2);
}

TEST(FoldBatchNorm, IntoTheConvolutionBefore) {
  GraphBuilder b(6);
  const auto x = b.affine(b.conv(b.affine(b.depthwise(front(&b, 4), 3, 1)), 6, 1, 1, 2));
  const Graph graph = finish(&b, x);
  EXPECT_EQ(rewritten(graph, converter::fold_batch_norm).nodes.size(), graph.nodes.size() - 2);
}

TEST(FoldBatchNorm, IntoAReaderWithoutPadding) {
  GraphBuilder b(7);
  const auto pooled = b.affine(b.pool(front(&b, 4), 3, 1));
  const Graph graph = finish(&b, b.conv(pooled, 4, 1, 1, 2));
  EXPECT_EQ(rewritten(graph, converter::fold_batch_norm).nodes.size(), graph.nodes.size() - 1);
}

TEST(FoldBatchNorm, PaddingForbidsItAndLeavesADepthwise) {
  GraphBuilder b(8);
  const auto pooled = b.affine(b.pool(front(&b, 4), 3, 1));
  const Graph graph = finish(&b, b.conv(pooled, 4, 3, 1));
  const Graph after = rewritten(graph, converter::fold_batch_norm);
  EXPECT_EQ(after.nodes.size(), graph.nodes.size());
  EXPECT_EQ(count(after, NodeKind::affine), 0);
}

TEST(FuseActivation, ConvAddMul) {
  GraphBuilder b(9);
  auto x = b.activation(front(&b, 4), Activation::silu);
  x = b.activation(b.pair(NodeKind::add, x, b.conv(x, 4, 1, 1)), Activation::relu);
  x = b.activation(b.pair(NodeKind::mul, x, b.conv(x, 4, 1, 1)), Activation::leaky_relu);
  EXPECT_EQ(count(rewritten(finish(&b, x), converter::fuse_activation), NodeKind::activation), 0);
}

TEST(FuseActivation, NotTwiceAndNotAcrossReaders) {
  GraphBuilder b(10);
  const auto base = front(&b, 4);
  const auto once =
      b.activation(b.activation(b.conv(base, 4, 1, 1), Activation::relu), Activation::silu);
  const auto shared = b.conv(base, 4, 1, 1);
  const auto x = b.pair(NodeKind::add, once,
                        b.pair(NodeKind::mul, shared, b.activation(shared, Activation::silu)));
  EXPECT_EQ(count(rewritten(finish(&b, x), converter::fuse_activation), NodeKind::activation), 2);
}

TEST(LowerGroupedConv, FewGroupsSplitManyBecomeDenseDepthwiseStays) {
  GraphBuilder b(11);
  auto x = b.conv(front(&b, 16), 16, 3, 1, 2);
  x = b.conv(x, 16, 3, 1, 8);
  x = b.depthwise(x, 3, 1);
  const Graph after = rewritten(finish(&b, x), converter::lower_grouped_conv);
  EXPECT_EQ(count(after, NodeKind::slice), 2);
  int grouped = 0;
  for (const converter::Node& node : after.nodes)
    grouped += node.kind == NodeKind::conv && node.groups > 1;
  EXPECT_EQ(grouped, 1);
}

TEST(FoldSpaceToDepth, FocusBecomesALargerConvolution) {
  GraphBuilder b(12);
  const auto focus = b.permute(b.space_to_depth(b.input()), {0, 1, 2, 6, 7, 8, 3, 4, 5, 9, 10, 11});
  const auto x = b.conv(b.conv(b.conv(focus, 4, 3, 1), 4, 3, 2), 4, 3, 2);
  const Graph after = rewritten(finish(&b, x), converter::fold_space_to_depth);
  EXPECT_EQ(count(after, NodeKind::space_to_depth), 0);
  EXPECT_EQ(count(after, NodeKind::permute_channels), 0);
  EXPECT_EQ(after.nodes[0].window.kernel_h, 6);
}

TEST(FoldSpaceToDepth, StaysForOtherReaders) {
  GraphBuilder b(13);
  const auto focus = b.space_to_depth(b.input());
  const auto x = b.conv(b.conv(b.pool(focus, 3, 2), 4, 3, 2), 4, 3, 1);
  EXPECT_EQ(
      count(rewritten(finish(&b, x), converter::fold_space_to_depth), NodeKind::space_to_depth), 1);
}

TEST(RunPasses, RandomNetworksStayTheSame) {
  for (uint32_t seed = 0; seed < 40; ++seed) {
    const Graph graph = random_detector(seed);
    for (const bool views : {true, false}) {
      Graph after = graph;
      converter::PassOptions options;
      options.views = views;
      run_passes(&after, options);
      const FeatureMap input = noise(graph, seed);
      EXPECT_LT(distance(evaluate(graph, input), evaluate(after, input)), 1e-4) << "seed " << seed;
    }
  }
}

TEST(InferShapes, RefusesWhatDoesNotFit) {
  GraphBuilder b(14);
  const Graph good = finish(&b, front(&b, 4));
  const auto expect_error = [&](const std::function<void(Graph*)>& damage, const char* part) {
    Graph graph = good;
    damage(&graph);
    try {
      infer_shapes(&graph);
      ADD_FAILURE() << "expected an error about " << part;
    } catch (const converter::ConvertError& error) {
      EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
    }
  };
  expect_error([](Graph* g) { g->nodes[0].weights.pop_back(); }, "weights");
  expect_error([](Graph* g) { g->nodes[0].window.stride_h = 0; }, "stride");
  expect_error([](Graph* g) { g->nodes[0].window.kernel_w = 99; }, "kernel width");
  expect_error([](Graph* g) { g->nodes[0].groups = 0; }, "groups");
  expect_error([](Graph* g) { std::swap(g->nodes[0], g->nodes[1]); }, "no earlier node");
  expect_error([](Graph* g) { g->nodes[1].output = g->nodes[0].output; }, "another node makes");
  expect_error([](Graph* g) { g->heads[0].value = 12345; }, "head");
  expect_error([](Graph* g) { g->native_height = 0; }, "input size");
}

}  // namespace
}  // namespace linnet::test
