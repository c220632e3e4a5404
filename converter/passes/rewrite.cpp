#include "converter/passes/rewrite.h"

namespace linnet::converter {

std::vector<int> producer_index(const Graph& graph) {
  std::vector<int> producer(graph.values.size(), -1);
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    producer[static_cast<size_t>(graph.nodes[i].output)] = static_cast<int>(i);
  }
  return producer;
}

std::vector<int> use_counts(const Graph& graph) {
  std::vector<int> uses(graph.values.size(), 0);
  for (const Node& node : graph.nodes) {
    for (const ValueId input : node.inputs) ++uses[static_cast<size_t>(input)];
  }
  for (const Head& head : graph.heads) ++uses[static_cast<size_t>(head.value)];
  return uses;
}

bool is_depthwise(const Graph& graph, const Node& node) {
  if (node.kind != NodeKind::conv) return false;
  const int channels = graph.values[static_cast<size_t>(node.inputs[0])].shape.channels;
  return node.groups == channels && channels > 1 &&
         node.bias.size() == static_cast<size_t>(channels);
}

void erase_nodes(Graph* graph, const std::vector<bool>& dead) {
  std::vector<Node> kept;
  kept.reserve(graph->nodes.size());
  for (size_t i = 0; i < graph->nodes.size(); ++i) {
    if (!dead[i]) kept.push_back(std::move(graph->nodes[i]));
  }
  graph->nodes = std::move(kept);
}

}  // namespace linnet::converter
