#include "converter/passes/passes.h"
#include "converter/passes/rewrite.h"

namespace linnet::converter {

void fold_affine_chain(Graph* graph) {
  const std::vector<int> producer = producer_index(*graph);
  const std::vector<int> uses = use_counts(*graph);
  std::vector<bool> dead(graph->nodes.size(), false);
  for (Node& node : graph->nodes) {
    if (node.kind != NodeKind::affine) continue;
    const ValueId input = node.inputs[0];
    const int index = producer[static_cast<size_t>(input)];
    if (index < 0 || uses[static_cast<size_t>(input)] != 1) continue;
    const Node& before = graph->nodes[static_cast<size_t>(index)];
    if (before.kind != NodeKind::affine) continue;
    for (size_t c = 0; c < node.bias.size(); ++c) {
      const double scale = node.weights[c];
      node.weights[c] = static_cast<float>(scale * before.weights[c]);
      node.bias[c] = static_cast<float>(scale * before.bias[c] + node.bias[c]);
    }
    node.inputs[0] = before.inputs[0];
    node.scales.inputs = before.scales.inputs;
    dead[static_cast<size_t>(index)] = true;
  }
  erase_nodes(graph, dead);
}

}  // namespace linnet::converter
