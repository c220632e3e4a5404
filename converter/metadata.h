// What a graph must know besides the network: anchors and class names, from the file, from options
// or from the family's defaults, in that order of trust: an option beats the file, the file beats a
// default.
#pragma once

#include <string>
#include <vector>

#include "converter/ir/graph.h"

namespace linnet::converter {

struct MetadataOptions {
  std::vector<float> anchors;            // 18 numbers (width, height; P3 to P5), or empty
  std::vector<std::string> class_names;  // or empty
};

// Fills heads' anchors and class_names, sorts the heads by stride and checks that all agree.
void complete_metadata(Graph* graph, const MetadataOptions& options);

// "10,13,16,30,…" -> numbers. Throws ConvertError unless there are 6 per head.
std::vector<float> parse_anchors(const std::string& text);

}  // namespace linnet::converter
