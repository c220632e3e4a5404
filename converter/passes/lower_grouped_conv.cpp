#include "converter/error.h"
#include "converter/passes/passes.h"
#include "converter/passes/rewrite.h"

namespace linnet::converter {
namespace {

// Up to this many groups, one convolution per group beats a dense one with zeros.
constexpr int kMaxSplitGroups = 4;
// A small file can ask for a dense convolution of any size: refuse what no detector has.
constexpr size_t kMaxDenseWeights = size_t{1} << 26;

size_t tap_count(const Window& w) {
  return static_cast<size_t>(w.kernel_h) * static_cast<size_t>(w.kernel_w);
}

// The weights of a dense convolution that computes the same sums.
void make_dense(Node* conv, int in_channels) {
  const size_t outputs = conv->bias.size();
  const size_t taps = tap_count(conv->window);
  const auto groups = static_cast<size_t>(conv->groups);
  const auto channels = static_cast<size_t>(in_channels);
  const size_t per_group = channels / groups;
  if (outputs * channels * taps > kMaxDenseWeights) {
    throw ConvertError("conv '" + conv->name + "'",
                       "expected at most 4 groups for a convolution of this size, found " +
                           std::to_string(conv->groups));
  }
  std::vector<float> dense(outputs * channels * taps, 0.0f);
  for (size_t o = 0; o < outputs; ++o) {
    const size_t first_channel = o / (outputs / groups) * per_group;
    for (size_t i = 0; i < per_group * taps; ++i) {
      dense[(o * channels + first_channel) * taps + i] = conv->weights[o * per_group * taps + i];
    }
  }
  conv->weights = std::move(dense);
  conv->groups = 1;
}

std::vector<float> part_of(const std::vector<float>& all, int index, int count) {
  const auto part = static_cast<size_t>(index), parts = static_cast<size_t>(count);
  const size_t n = all.size() / parts;
  const auto begin = all.begin() + static_cast<std::ptrdiff_t>(part * n);
  return {begin, begin + static_cast<std::ptrdiff_t>(n)};
}

// Appends slice and conv per group and a concat in place of `conv`.
void split(Graph* graph, const Node& conv, int in_channels, std::vector<Node>* out) {
  Node concat;
  concat.kind = NodeKind::concat;
  concat.name = conv.name;
  concat.output = conv.output;
  for (int g = 0; g < conv.groups; ++g) {
    const std::string name = conv.name + "/group" + std::to_string(g);
    Node slice;
    slice.kind = NodeKind::slice;
    slice.name = name;
    slice.inputs = conv.inputs;
    slice.begin = g * (in_channels / conv.groups);
    slice.end = slice.begin + in_channels / conv.groups;
    slice.output = graph->add_value(name + "/in");
    Node part = conv;
    part.name = name;
    part.groups = 1;
    part.inputs = {slice.output};
    part.output = graph->add_value(name);
    part.weights = part_of(conv.weights, g, conv.groups);
    part.bias = part_of(conv.bias, g, conv.groups);
    part.weight_steps = part_of(conv.weight_steps, g, conv.groups);
    concat.inputs.push_back(part.output);
    out->push_back(std::move(slice));
    out->push_back(std::move(part));
  }
  out->push_back(std::move(concat));
}

}  // namespace

void lower_grouped_conv(Graph* graph) {
  std::vector<Node> nodes;
  std::vector<Node> old = std::move(graph->nodes);
  nodes.reserve(old.size());
  for (Node& node : old) {
    const bool grouped = node.kind == NodeKind::conv && node.groups > 1;
    if (!grouped || is_depthwise(*graph, node)) {
      nodes.push_back(std::move(node));
      continue;
    }
    const int channels = graph->values[static_cast<size_t>(node.inputs[0])].shape.channels;
    if (node.groups <= kMaxSplitGroups) {
      split(graph, node, channels, &nodes);
    } else {
      make_dense(&node, channels);
      nodes.push_back(std::move(node));
    }
  }
  graph->nodes = std::move(nodes);
}

}  // namespace linnet::converter
