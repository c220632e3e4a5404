#include <numeric>

#include "converter/passes/passes.h"
#include "converter/passes/rewrite.h"

namespace linnet::converter {
namespace {

bool is_straight(const std::vector<int>& permutation) {
  std::vector<int> straight(permutation.size());
  std::iota(straight.begin(), straight.end(), 0);
  return permutation == straight;
}

bool copies_input(const Graph& graph, const Node& node) {
  switch (node.kind) {
    case NodeKind::identity:
      return true;
    case NodeKind::activation:
      return node.activation == Activation::none;
    case NodeKind::upsample:
      return node.factor == 1;
    case NodeKind::channel_shuffle:
      return node.groups == 1;
    case NodeKind::concat:
      return node.inputs.size() == 1;
    case NodeKind::permute_channels:
      return is_straight(node.permutation);
    case NodeKind::slice:
      return node.begin == 0 &&
             node.end == graph.values[static_cast<size_t>(node.inputs[0])].shape.channels;
    default:
      return false;
  }
}

}  // namespace

void remove_identity(Graph* graph) {
  std::vector<ValueId> alias(graph->values.size());
  std::iota(alias.begin(), alias.end(), 0);
  std::vector<bool> dead(graph->nodes.size(), false);
  // Nodes are in topological order, so an input's alias is final when its reader is reached.
  for (size_t i = 0; i < graph->nodes.size(); ++i) {
    Node& node = graph->nodes[i];
    for (ValueId& input : node.inputs) input = alias[static_cast<size_t>(input)];
    if (!copies_input(*graph, node)) continue;
    alias[static_cast<size_t>(node.output)] = node.inputs[0];
    dead[i] = true;
  }
  for (Head& head : graph->heads) head.value = alias[static_cast<size_t>(head.value)];
  erase_nodes(graph, dead);
}

}  // namespace linnet::converter
