#include "converter/frontend/onnx/constant.h"

#include <algorithm>
#include <cmath>

#include "converter/whole_number.h"

namespace linnet::converter::onnx {
namespace {

using Inputs = std::vector<const Constant*>;

constexpr int64_t kWrap = int64_t{1} << 52;

size_t product(const std::vector<int64_t>& dims) {
  size_t count = 1;
  for (const int64_t extent : dims) {
    if (extent < 0 || extent > static_cast<int64_t>(kMaxFoldedElements)) return SIZE_MAX;
    count *= static_cast<size_t>(extent);
    if (count > kMaxFoldedElements) return SIZE_MAX;
  }
  return count;
}

// A negative axis counts from the end; -1 if it does not exist.
int64_t normal_axis(int64_t axis, size_t rank) {
  const auto r = static_cast<int64_t>(rank);
  if (axis < -r || axis >= r) return -1;
  return axis < 0 ? axis + r : axis;
}

double apply(const std::string& op, double a, double b, bool integer) {
  if (op == "Add") return a + b;
  if (op == "Sub") return a - b;
  if (op == "Mul") return a * b;
  const double quotient = a / b;
  return integer ? std::trunc(quotient) : quotient;
}

// Scalars against anything, or equal sizes: all that size arithmetic needs.
std::optional<Constant> fold_arithmetic(const NodeProto& node, const Inputs& in) {
  const Constant &a = *in[0], &b = *in[1];
  const size_t n = std::max(a.values.size(), b.values.size());
  const bool fits = (a.values.size() == 1 || a.values.size() == n) &&
                    (b.values.size() == 1 || b.values.size() == n);
  if (!fits || n == 0) return std::nullopt;
  Constant out;
  out.dims = a.values.size() == n && a.dims.size() >= b.dims.size() ? a.dims : b.dims;
  if (a.values.size() != b.values.size()) out.dims = a.values.size() == n ? a.dims : b.dims;
  out.is_integer = a.is_integer && b.is_integer;
  for (size_t i = 0; i < n; ++i) {
    const double value = apply(node.op_type, a.values[a.values.size() == 1 ? 0 : i],
                               b.values[b.values.size() == 1 ? 0 : i], out.is_integer);
    if (!std::isfinite(value) || std::abs(value) > static_cast<double>(kWrap)) return std::nullopt;
    out.values.push_back(value);
  }
  return out;
}

std::optional<Constant> fold_gather(const NodeProto& node, const Inputs& in) {
  const Constant &data = *in[0], &index = *in[1];
  if (data.dims.size() != 1 || normal_axis(node.integer("axis", 0), 1) != 0) return std::nullopt;
  Constant out;
  out.dims = index.dims;
  out.is_integer = data.is_integer;
  for (double i : index.values) {
    if (i < 0) i += static_cast<double>(data.values.size());
    const bool exists = i >= 0 && i < static_cast<double>(data.values.size());
    if (!exists) return std::nullopt;
    out.values.push_back(data.values[static_cast<size_t>(i)]);
  }
  return out;
}

std::optional<Constant> fold_concat(const NodeProto& node, const Inputs& in) {
  Constant out;
  out.is_integer = true;
  for (const Constant* part : in) {
    if (part->dims.size() != 1 || normal_axis(node.integer("axis", 0), 1) != 0) return std::nullopt;
    out.values.insert(out.values.end(), part->values.begin(), part->values.end());
    out.is_integer &= part->is_integer;
    if (out.values.size() > kMaxFoldedElements) return std::nullopt;
  }
  out.dims = {static_cast<int64_t>(out.values.size())};
  return out;
}

std::optional<Constant> fold_slice(const NodeProto& node, const Inputs& in) {
  const Constant& data = *in[0];
  if (data.dims.size() != 1) return std::nullopt;
  const auto n = static_cast<double>(data.values.size());
  const auto bound = [&](size_t input, const char* attribute, double fallback) {
    if (in.size() > input) return in[input]->values.empty() ? fallback : in[input]->values[0];
    const std::vector<int64_t> list = node.integers(attribute);
    return list.empty() ? fallback : static_cast<double>(list[0]);
  };
  double begin = bound(1, "starts", 0), end = bound(2, "ends", n);
  if (bound(4, "", 1) != 1 || std::isnan(begin) || std::isnan(end)) return std::nullopt;
  begin = std::clamp(begin < 0 ? begin + n : begin, 0.0, n);
  end = std::clamp(end < 0 ? end + n : end, begin, n);
  Constant out;
  out.is_integer = data.is_integer;
  out.values.assign(data.values.begin() + static_cast<std::ptrdiff_t>(begin),
                    data.values.begin() + static_cast<std::ptrdiff_t>(end));
  out.dims = {static_cast<int64_t>(out.values.size())};
  return out;
}

// Scalars and vectors only: between shape [] and [1], or no change.
std::optional<Constant> fold_rank(const NodeProto& node, const Inputs& in) {
  Constant out = *in[0];
  if (node.op_type == "Unsqueeze" && out.dims.empty()) {
    out.dims = {1};
  } else if (node.op_type == "Squeeze" && out.values.size() == 1) {
    out.dims = {};
  } else {
    return std::nullopt;
  }
  return out;
}

std::optional<Constant> fold_reshape(const Inputs& in) {
  Constant out = *in[0];
  std::vector<int64_t> dims;
  int64_t known = 1;
  int open = -1;
  for (const double extent : in[1]->values) {
    if (extent == -1) open = static_cast<int>(dims.size());
    dims.push_back(whole_number(extent));
    if (dims.back() > 0) known *= std::min<int64_t>(dims.back(), 1 << 20);
    if (known > (1 << 20)) return std::nullopt;
  }
  if (open >= 0) dims[static_cast<size_t>(open)] = static_cast<int64_t>(out.values.size()) / known;
  if (product(dims) != out.values.size()) return std::nullopt;
  out.dims = dims;
  return out;
}

std::optional<Constant> fold_constant_of_shape(const NodeProto& node, const Inputs& in) {
  Constant out;
  for (const double extent : in[0]->values) out.dims.push_back(whole_number(extent));
  const size_t count = product(out.dims);
  if (count == SIZE_MAX) return std::nullopt;
  double value = 0;
  const auto found = node.attributes.find("value");
  if (found != node.attributes.end() && found->second.has_tensor) {
    const std::vector<double> list = found->second.t.values<double>();
    if (!list.empty()) value = list[0];
    out.is_integer = found->second.t.data_type == kInt64;
  }
  out.values.assign(count, value);
  return out;
}

std::optional<Constant> fold_cast(const NodeProto& node, const Inputs& in) {
  Constant out = *in[0];
  const int64_t to = node.integer("to", 0);
  out.is_integer = to == kInt64 || to == kInt32;
  if (out.is_integer) {
    for (double& value : out.values) value = std::trunc(value);
  }
  return out;
}

std::optional<Constant> fold_rounding(const NodeProto& node, const Inputs& in) {
  Constant out = *in[0];
  for (double& value : out.values)
    value = node.op_type == "Floor" ? std::floor(value) : std::ceil(value);
  return out;
}

}  // namespace

std::optional<Constant> fold(const NodeProto& node, const Inputs& inputs) {
  for (const Constant* input : inputs) {
    if (input == nullptr || input->values.size() > kMaxFoldedElements) return std::nullopt;
  }
  const std::string& op = node.op_type;
  const bool two = inputs.size() >= 2;
  if (inputs.empty()) return std::nullopt;
  if (two && (op == "Add" || op == "Sub" || op == "Mul" || op == "Div")) {
    return fold_arithmetic(node, inputs);
  }
  if (two && op == "Gather") return fold_gather(node, inputs);
  if (op == "Concat") return fold_concat(node, inputs);
  if (op == "Slice") return fold_slice(node, inputs);
  if (op == "Unsqueeze" || op == "Squeeze") return fold_rank(node, inputs);
  if (two && op == "Reshape") return fold_reshape(inputs);
  if (op == "ConstantOfShape") return fold_constant_of_shape(node, inputs);
  if (op == "Cast") return fold_cast(node, inputs);
  if (op == "Floor" || op == "Ceil") return fold_rounding(node, inputs);
  if (op == "Identity") return *inputs[0];
  return std::nullopt;
}

}  // namespace linnet::converter::onnx
