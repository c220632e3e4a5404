#include "converter/passes/passes.h"
#include "converter/passes/rewrite.h"

namespace linnet::converter {
namespace {

bool takes_activation(const Node& node) {
  const bool kind_ok =
      node.kind == NodeKind::conv || node.kind == NodeKind::add || node.kind == NodeKind::mul;
  return kind_ok && node.activation == Activation::none;
}

}  // namespace

void fuse_activation(Graph* graph) {
  std::vector<int> producer = producer_index(*graph);
  const std::vector<int> uses = use_counts(*graph);
  std::vector<bool> dead(graph->nodes.size(), false);
  for (size_t i = 0; i < graph->nodes.size(); ++i) {
    const Node& node = graph->nodes[i];
    if (node.kind != NodeKind::activation) continue;
    const ValueId input = node.inputs[0];
    const int index = producer[static_cast<size_t>(input)];
    if (index < 0 || uses[static_cast<size_t>(input)] != 1) continue;
    Node& before = graph->nodes[static_cast<size_t>(index)];
    if (!takes_activation(before)) continue;
    before.activation = node.activation;
    before.alpha = node.alpha;
    before.output = node.output;
    const std::optional<Scale> read_as = node.scales.input(0);
    before.scales.before_activation = read_as ? read_as : before.scales.output;
    before.scales.output = node.scales.output;
    producer[static_cast<size_t>(node.output)] = index;
    dead[i] = true;
  }
  erase_nodes(graph, dead);
}

}  // namespace linnet::converter
