// Computes a converter graph naively, node by node, in float with double sums: the reference that
// frontends and passes are tested with.
#pragma once

#include <vector>

#include "converter/ir/graph.h"

namespace linnet::test {

struct FeatureMap {
  converter::Shape shape;
  std::vector<float> data;  // channels, height, width
};

// The heads' values for the input, in the order of graph.heads. Shapes are inferred for the size of
// the input. Throws ConvertError where infer_shapes() does.
std::vector<FeatureMap> evaluate(converter::Graph graph, const FeatureMap& input);

}  // namespace linnet::test
