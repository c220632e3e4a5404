#include "tests/support/ir/graph_builder.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace linnet::test {

using converter::Graph;
using converter::Node;
using converter::NodeKind;

GraphBuilder::GraphBuilder(uint32_t seed, int extent) : random_(seed) {
  graph_.name = "test";
  graph_.source = "test";
  graph_.native_height = graph_.native_width = extent;
  graph_.input = graph_.add_value("images");
}

std::vector<float> GraphBuilder::numbers(size_t count) {
  std::vector<float> out(count);
  for (float& x : out) x = static_cast<float>(random_() % 2001) / 1000 - 1;
  return out;
}

GraphBuilder::Value GraphBuilder::add(NodeKind kind, const std::vector<Value>& inputs, Node node) {
  node.kind = kind;
  node.inputs = inputs;
  node.name = std::string(converter::node_kind_name(kind)) + std::to_string(graph_.nodes.size());
  std::string name = node.name;
  const Value value = graph_.add_node(std::move(node), std::move(name));
  infer_shapes(&graph_);
  return value;
}

int GraphBuilder::channels(Value value) const {
  return graph_.values[static_cast<size_t>(value)].shape.channels;
}

GraphBuilder::Value GraphBuilder::conv(Value in, int outputs, int kernel, int stride, int groups,
                                       Activation activation) {
  infer_shapes(&graph_);
  Node node;
  node.groups = groups;
  node.window.kernel_h = node.window.kernel_w = kernel;
  node.window.stride_h = node.window.stride_w = stride;
  node.window.pad_top = node.window.pad_left = node.window.pad_bottom = node.window.pad_right =
      kernel / 2;
  const int fan_in = channels(in) / groups * kernel * kernel;
  node.weights = numbers(static_cast<size_t>(outputs * fan_in));
  for (float& w : node.weights) w *= 1.5f / std::sqrt(static_cast<float>(fan_in));
  node.bias = numbers(static_cast<size_t>(outputs));
  node.activation = activation;
  return add(NodeKind::conv, {in}, std::move(node));
}

GraphBuilder::Value GraphBuilder::depthwise(Value in, int kernel, int stride) {
  return conv(in, channels(in), kernel, stride, channels(in));
}

GraphBuilder::Value GraphBuilder::affine(Value in) {
  Node node;
  node.weights = numbers(static_cast<size_t>(channels(in)));
  node.bias = numbers(static_cast<size_t>(channels(in)));
  return add(NodeKind::affine, {in}, std::move(node));
}

GraphBuilder::Value GraphBuilder::activation(Value in, Activation kind) {
  Node node;
  node.activation = kind;
  node.alpha = kind == Activation::leaky_relu ? 0.1f : 0.0f;
  return add(NodeKind::activation, {in}, std::move(node));
}

GraphBuilder::Value GraphBuilder::pool(Value in, int kernel, int stride) {
  Node node;
  node.window.kernel_h = node.window.kernel_w = kernel;
  node.window.stride_h = node.window.stride_w = stride;
  node.window.pad_top = node.window.pad_left = node.window.pad_bottom = node.window.pad_right =
      kernel / 2;
  return add(NodeKind::max_pool, {in}, std::move(node));
}

GraphBuilder::Value GraphBuilder::global_average(Value in) {
  return add(NodeKind::global_avg_pool, {in}, {});
}

GraphBuilder::Value GraphBuilder::pair(NodeKind kind, Value a, Value b) {
  return add(kind, {a, b}, {});
}

GraphBuilder::Value GraphBuilder::concat(const std::vector<Value>& parts) {
  return add(NodeKind::concat, parts, {});
}

GraphBuilder::Value GraphBuilder::slice(Value in, int begin, int end) {
  Node node;
  node.begin = begin;
  node.end = end;
  return add(NodeKind::slice, {in}, std::move(node));
}

GraphBuilder::Value GraphBuilder::shuffle(Value in, int groups) {
  Node node;
  node.groups = groups;
  return add(NodeKind::channel_shuffle, {in}, std::move(node));
}

GraphBuilder::Value GraphBuilder::upsample(Value in, int factor) {
  Node node;
  node.factor = factor;
  return add(NodeKind::upsample, {in}, std::move(node));
}

GraphBuilder::Value GraphBuilder::space_to_depth(Value in) {
  infer_shapes(&graph_);
  Node node;
  node.factor = 2;
  return add(NodeKind::space_to_depth, {in}, std::move(node));
}

GraphBuilder::Value GraphBuilder::permute(Value in, std::vector<int> permutation) {
  Node node;
  node.permutation = std::move(permutation);
  return add(NodeKind::permute_channels, {in}, std::move(node));
}

GraphBuilder::Value GraphBuilder::identity(Value in) {
  return add(NodeKind::identity, {in}, {});
}

Graph GraphBuilder::finish(Value p3, Value p4, Value p5) {
  constexpr int kClasses = 1, kAnchors = 3;
  for (const Value value : {p3, p4, p5}) {
    converter::Head head;
    head.value = conv(value, kAnchors * (5 + kClasses), 1, 1);
    head.stride =
        graph_.native_height / graph_.values[static_cast<size_t>(head.value)].shape.height;
    head.anchors.assign(kAnchors, {10, 20});
    graph_.heads.push_back(head);
  }
  graph_.class_count = kClasses;
  graph_.class_names = {"thing"};
  graph_.anchors_origin = converter::Origin::file;
  infer_shapes(&graph_);
  return std::move(graph_);
}

FeatureMap noise(const Graph& graph, uint32_t seed) {
  std::mt19937 random(seed);
  FeatureMap map;
  map.shape = {3, graph.native_height, graph.native_width};
  for (int i = 0; i < 3 * graph.native_height * graph.native_width; ++i) {
    map.data.push_back(static_cast<float>(random() % 256) / 255);
  }
  return map;
}

double distance(const std::vector<FeatureMap>& a, const std::vector<FeatureMap>& b) {
  if (a.size() != b.size()) return INFINITY;
  double worst = 0;
  for (size_t h = 0; h < a.size(); ++h) {
    if (a[h].data.size() != b[h].data.size()) return INFINITY;
    for (size_t i = 0; i < a[h].data.size(); ++i) {
      const double scale = std::max(1.0, std::abs(double{a[h].data[i]}));
      worst = std::max(worst, std::abs(double{a[h].data[i]} - b[h].data[i]) / scale);
    }
  }
  return worst;
}

namespace {

using Value = GraphBuilder::Value;

constexpr Activation kActivations[] = {Activation::relu,       Activation::silu,
                                       Activation::leaky_relu, Activation::hard_swish,
                                       Activation::relu6,      Activation::sigmoid};

Activation some_activation(GraphBuilder* b) {
  return kActivations[b->below(static_cast<int>(std::size(kActivations)))];
}

Value conv_block(GraphBuilder* b, Value in, int outputs, int kernel, int stride) {
  Value v = b->conv(in, outputs, kernel, stride);
  if (b->below(2) == 0) v = b->affine(v);
  return b->activation(v, some_activation(b));
}

// ShuffleNetV2: stride 2 keeps both branches, stride 1 passes half through.
Value shuffle_stage(GraphBuilder* b, Value x, int width, int blocks) {
  const int half = width / 2;
  Value left = conv_block(b, b->depthwise(x, 3, 2), half, 1, 1);
  Value right = conv_block(b, b->depthwise(conv_block(b, x, half, 1, 1), 3, 2), half, 1, 1);
  x = b->shuffle(b->concat({left, right}), 2);
  for (int i = 0; i < blocks; ++i) {
    left = b->slice(x, 0, half);
    right = b->slice(x, half, width);
    right = b->depthwise(conv_block(b, right, half, 1, 1), b->below(2) == 0 ? 3 : 5, 1);
    right = conv_block(b, right, half, 1, 1);
    x = b->shuffle(b->concat({left, right}), 2);
  }
  return x;
}

// One of several odd ends, none of which changes the channels.
Value extra(GraphBuilder* b, Value x) {
  const int n = b->channels(x);
  switch (b->below(8)) {
    case 0: {  // squeeze and excite, also right after a shuffle
      const Value gate =
          b->activation(b->conv(b->global_average(x), n, 1, 1), Activation::hard_sigmoid);
      return b->pair(NodeKind::mul, x, gate);
    }
    case 1:
      return b->pair(NodeKind::add, x, b->conv(x, n, 3, 1));
    case 2:
      return b->pool(x, 5, 1);
    case 3:
      return b->conv(x, n, 3, 1, 2);  // two groups
    case 4:
      return b->conv(x, n, 1, 1, n / 2);  // many groups
    case 5:
      return b->activation(x, Activation::silu);
    case 6: {
      std::vector<int> order(static_cast<size_t>(n));
      std::iota(order.begin(), order.end(), 0);
      std::reverse(order.begin(), order.end());
      return b->permute(b->identity(x), order);
    }
    default:
      return b->affine(x);
  }
}

}  // namespace

Graph random_detector(uint32_t seed) {
  GraphBuilder b(seed);
  Value x = b.input();
  if (b.below(3) == 0) {
    x = conv_block(&b, b.space_to_depth(x), 8, 3, 1);
    x = b.pool(x, 3, 2);
  } else {
    x = b.pool(conv_block(&b, x, 8, 3, 2), 3, 2);
  }
  const Value p3 = extra(&b, shuffle_stage(&b, x, 8 + 4 * b.below(8), b.below(5)));
  const Value p4 = extra(&b, shuffle_stage(&b, p3, 8 + 4 * b.below(12), b.below(8)));
  const Value p5 = extra(&b, shuffle_stage(&b, p4, 8 + 4 * b.below(12), b.below(4)));
  const int width = 8 + 4 * b.below(3);
  const Value top = conv_block(&b, p5, width, 1, 1);
  Value up4 = b.concat({b.upsample(top, 2), p4});
  if (b.below(2) == 0) up4 = extra(&b, up4);
  const Value mid = conv_block(&b, up4, width, 1, 1);
  const Value up3 = b.concat({b.upsample(mid, 2), b.upsample(top, 4), p3});
  const Value low = conv_block(&b, up3, width, 3, 1);
  const Value down4 = b.concat({conv_block(&b, low, width, 3, 2), mid});
  const Value down5 = b.pair(NodeKind::add, conv_block(&b, down4, width, 3, 2), top);
  return b.finish(low, down4, down5);
}

}  // namespace linnet::test
