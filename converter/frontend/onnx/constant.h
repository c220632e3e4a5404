// Constants and their folding: the integer chains (Shape, Gather, Div, Concat, …) that exports
// write where a number would do.
#pragma once

#include <optional>
#include <vector>

#include "converter/frontend/onnx/model_proto.h"

namespace linnet::converter::onnx {

// A small constant tensor; values are exact for all integers that occur as sizes.
struct Constant {
  std::vector<int64_t> dims;
  std::vector<double> values;
  bool is_integer = false;
};

// What is folded stays small; larger constants are weights or grids, which nobody computes with.
inline constexpr size_t kMaxFoldedElements = 4096;

// The node's value if all its inputs are constants (null = not a constant) and its op is one that
// can be folded; nothing otherwise, also for malformed operands.
std::optional<Constant> fold(const NodeProto& node, const std::vector<const Constant*>& inputs);

}  // namespace linnet::converter::onnx
