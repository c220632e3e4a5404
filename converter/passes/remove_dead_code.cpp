#include "converter/passes/passes.h"
#include "converter/passes/rewrite.h"

namespace linnet::converter {

void remove_dead_code(Graph* graph) {
  std::vector<bool> needed(graph->values.size(), false);
  for (const Head& head : graph->heads) needed[static_cast<size_t>(head.value)] = true;
  std::vector<bool> dead(graph->nodes.size(), false);
  for (size_t i = graph->nodes.size(); i-- > 0;) {
    const Node& node = graph->nodes[i];
    dead[i] = !needed[static_cast<size_t>(node.output)];
    if (dead[i]) continue;
    for (const ValueId input : node.inputs) needed[static_cast<size_t>(input)] = true;
  }
  erase_nodes(graph, dead);
}

}  // namespace linnet::converter
