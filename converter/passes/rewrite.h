// Small steps that several passes take.
#pragma once

#include <vector>

#include "converter/ir/graph.h"

namespace linnet::converter {

// Index of the node that makes each value, -1 for none.
std::vector<int> producer_index(const Graph& graph);

// Readers of each value: nodes count once per operand, heads once.
std::vector<int> use_counts(const Graph& graph);

// True for a convolution of one filter per channel: groups == inputs == outputs.
bool is_depthwise(const Graph& graph, const Node& node);

// Deletes the nodes at which `dead` is true.
void erase_nodes(Graph* graph, const std::vector<bool>& dead);

}  // namespace linnet::converter
