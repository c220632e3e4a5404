#include <numeric>

#include "converter/passes/passes.h"
#include "converter/passes/rewrite.h"
#include "model/format.h"

namespace linnet::converter {
namespace {

struct Blocks {
  const Node* node = nullptr;  // the space_to_depth, null if there is none
  std::vector<int> source;     // its output channel that each channel of the value is
};

// Finds the space_to_depth behind `value`, looking through one permutation.
Blocks find_blocks(const Graph& graph, const std::vector<int>& producer, ValueId value) {
  Blocks blocks;
  blocks.source.resize(
      static_cast<size_t>(graph.values[static_cast<size_t>(value)].shape.channels));
  std::iota(blocks.source.begin(), blocks.source.end(), 0);
  int index = producer[static_cast<size_t>(value)];
  if (index >= 0 && graph.nodes[static_cast<size_t>(index)].kind == NodeKind::permute_channels) {
    const Node& permute = graph.nodes[static_cast<size_t>(index)];
    blocks.source = permute.permutation;
    index = producer[static_cast<size_t>(permute.inputs[0])];
  }
  if (index < 0) return blocks;
  const Node& node = graph.nodes[static_cast<size_t>(index)];
  if (node.kind == NodeKind::space_to_depth) blocks.node = &node;
  return blocks;
}

bool fits(const Window& w, int f) {
  const auto kernel = static_cast<int>(format::kMaxKernel);
  const auto stride = static_cast<int>(format::kMaxStride);
  return w.dilation_h == 1 && w.dilation_w == 1 && w.kernel_h * f <= kernel &&
         w.kernel_w * f <= kernel && w.stride_h * f <= stride && w.stride_w * f <= stride;
}

Window enlarge(Window w, int f) {
  for (int* field : {&w.kernel_h, &w.kernel_w, &w.stride_h, &w.stride_w, &w.pad_top, &w.pad_left,
                     &w.pad_bottom, &w.pad_right}) {
    *field *= f;
  }
  return w;
}

// Moves each filter tap to the pixel that its block channel came from.
std::vector<float> spread(const Node& conv, const Blocks& blocks, int channels,
                          const Window& large) {
  const int f = blocks.node->factor;
  const Window& small = conv.window;
  const auto inputs = static_cast<int>(blocks.source.size());
  std::vector<float> weights(conv.weights.size(), 0.0f);
  size_t from = 0;
  for (int o = 0; o < static_cast<int>(conv.bias.size()); ++o) {
    for (int i = 0; i < inputs; ++i) {
      const int block = blocks.source[static_cast<size_t>(i)] / channels;
      const int plane = o * channels + blocks.source[static_cast<size_t>(i)] % channels;
      for (int y = 0; y < small.kernel_h; ++y) {
        for (int x = 0; x < small.kernel_w; ++x) {
          const int row = plane * large.kernel_h + y * f + block / f;
          const int to = row * large.kernel_w + x * f + block % f;
          weights[static_cast<size_t>(to)] = conv.weights[from++];
        }
      }
    }
  }
  return weights;
}

}  // namespace

void fold_space_to_depth(Graph* graph) {
  const std::vector<int> producer = producer_index(*graph);
  for (Node& node : graph->nodes) {
    if (node.kind != NodeKind::conv || node.groups != 1) continue;
    const Blocks blocks = find_blocks(*graph, producer, node.inputs[0]);
    if (blocks.node == nullptr || !fits(node.window, blocks.node->factor)) continue;
    const ValueId input = blocks.node->inputs[0];
    const int channels = graph->values[static_cast<size_t>(input)].shape.channels;
    const Window large = enlarge(node.window, blocks.node->factor);
    node.weights = spread(node, blocks, channels, large);
    node.window = large;
    node.inputs[0] = input;
  }
  remove_dead_code(graph);
}

}  // namespace linnet::converter
