#include "converter/ir/graph.h"

#include <algorithm>

namespace linnet::converter {

const char* node_kind_name(NodeKind kind) {
  switch (kind) {
    case NodeKind::conv:
      return "conv";
    case NodeKind::affine:
      return "affine";
    case NodeKind::activation:
      return "activation";
    case NodeKind::max_pool:
      return "max_pool";
    case NodeKind::avg_pool:
      return "avg_pool";
    case NodeKind::global_avg_pool:
      return "global_avg_pool";
    case NodeKind::add:
      return "add";
    case NodeKind::mul:
      return "mul";
    case NodeKind::concat:
      return "concat";
    case NodeKind::slice:
      return "slice";
    case NodeKind::channel_shuffle:
      return "channel_shuffle";
    case NodeKind::upsample:
      return "upsample";
    case NodeKind::space_to_depth:
      return "space_to_depth";
    case NodeKind::permute_channels:
      return "permute_channels";
    case NodeKind::identity:
      return "identity";
  }
  return "unknown";
}

const char* origin_name(Origin origin) {
  switch (origin) {
    case Origin::unknown:
      return "unknown";
    case Origin::file:
      return "file";
    case Origin::option:
      return "option";
    case Origin::family_default:
      return "family default";
  }
  return "unknown";
}

ValueId Graph::add_value(std::string value_name) {
  values.push_back(Value{std::move(value_name), {}});
  return static_cast<ValueId>(values.size()) - 1;
}

ValueId Graph::add_node(Node node, std::string value_name) {
  const ValueId output = add_value(std::move(value_name));
  node.output = output;
  nodes.push_back(std::move(node));
  return output;
}

const Node* Graph::producer(ValueId value) const {
  const auto found = std::find_if(nodes.begin(), nodes.end(),
                                  [&](const Node& node) { return node.output == value; });
  return found == nodes.end() ? nullptr : &*found;
}

bool is_quantized(const Graph& graph) {
  return std::any_of(graph.nodes.begin(), graph.nodes.end(),
                     [](const Node& node) { return !node.weight_steps.empty(); });
}

void drop_quantization(Graph* graph) {
  for (Node& node : graph->nodes) {
    node.weight_steps.clear();
    node.scales = {};
  }
}

int Graph::use_count(ValueId value) const {
  int uses = 0;
  for (const Node& node : nodes) {
    uses += static_cast<int>(std::count(node.inputs.begin(), node.inputs.end(), value));
  }
  for (const Head& head : heads) uses += head.value == value;
  return uses;
}

}  // namespace linnet::converter
