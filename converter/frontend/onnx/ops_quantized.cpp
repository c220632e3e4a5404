// QuantizeLinear, DequantizeLinear and the QLinear operators, which are a DequantizeLinear of each
// input, the operator on real numbers and a QuantizeLinear of the result. A feature map that went
// through the pair stays the same value of the graph; what reads it notes the scale.
#include <algorithm>
#include <cmath>
#include <limits>

#include "converter/error.h"
#include "converter/frontend/onnx/importer.h"
#include "converter/whole_number.h"

namespace linnet::converter::onnx {
namespace {

struct Limits {
  double low, high;
};

// Of whole numbers of an element type.
Limits limits_of(const NodeProto& node, int type) {
  if (type == kUint8) return {0, 255};
  if (type == kInt8) return {-128, 127};
  if (type == kInt32) {
    return {std::numeric_limits<int32_t>::min(), std::numeric_limits<int32_t>::max()};
  }
  throw ConvertError(node.describe(),
                     "expected whole numbers of type uint8 (2), int8 (3) or int32 "
                     "(6), found type " +
                         std::to_string(type));
}

void check_scales(const NodeProto& node, const std::vector<double>& scales) {
  for (const double scale : scales) {
    if (std::isfinite(scale) && scale >= std::numeric_limits<float>::min()) continue;
    throw ConvertError(node.describe(), "expected scales above 0, found " + std::to_string(scale));
  }
}

void check_zero_points(const NodeProto& node, const std::vector<double>& zero_points, int type) {
  const Limits limits = limits_of(node, type);
  for (const double z : zero_points) {
    if (z >= limits.low && z <= limits.high) continue;
    throw ConvertError(node.describe(), "expected zero points from " +
                                            std::to_string(whole_number(limits.low)) + " to " +
                                            std::to_string(whole_number(limits.high)) + ", found " +
                                            std::to_string(whole_number(z)));
  }
}

}  // namespace

std::vector<double> Importer::numbers(const NodeProto& node, size_t index) {
  const Symbol& symbol = read(node, index);
  if (symbol.kind != Kind::constant) {
    throw ConvertError(node.describe(), "input " + std::to_string(index) +
                                            ": expected constant numbers, found a computed tensor");
  }
  if (symbol.tensor == nullptr) return symbol.constant.values;
  charge(node, symbol.tensor->element_count());
  return symbol.tensor->values<double>();
}

// Element type of a constant that is not folded.
int Importer::type_of(const NodeProto& node, size_t index) const {
  const Symbol& symbol = read(node, index);
  return symbol.tensor == nullptr ? 0 : symbol.tensor->data_type;
}

// The one scale of a feature map; int8 from -128 on, also where the file's numbers are uint8.
Scale Importer::scale_of(const NodeProto& node, const Quantity& at, int* type) {
  const std::vector<double> scales = numbers(node, at.scale);
  check_scales(node, scales);
  std::vector<double> zero_points = {0};
  if (has_input(node, at.zero_point)) {
    zero_points = numbers(node, at.zero_point);
    *type = type_of(node, at.zero_point);
    check_zero_points(node, zero_points, *type);
  }
  if (scales.size() != 1 || zero_points.size() != 1) {
    throw ConvertError(node.describe(),
                       "expected one scale and one zero point for a feature map, found " +
                           std::to_string(scales.size()) + " and " +
                           std::to_string(zero_points.size()));
  }
  if (*type != kUint8 && *type != kInt8) {
    throw ConvertError(node.describe(),
                       "expected a feature map of type uint8 (2) or int8 (3), found type " +
                           std::to_string(*type));
  }
  const int shift = *type == kUint8 ? 128 : 0;
  return {static_cast<float>(scales[0]), static_cast<int>(zero_points[0]) - shift};
}

// Scales and zero points of a constant: one, or one for each of its first axis.
ConstantScales Importer::constant_scales(const NodeProto& node, const Quantity& at,
                                         const std::vector<int64_t>& dims, int type) {
  ConstantScales out;
  out.scales = numbers(node, at.scale);
  check_scales(node, out.scales);
  out.zero_points.assign(out.scales.size(), 0);
  if (has_input(node, at.zero_point)) {
    out.zero_points = numbers(node, at.zero_point);
    check_zero_points(node, out.zero_points, type);
  }
  const size_t count = out.scales.size();
  const bool one_each = !dims.empty() && static_cast<int64_t>(count) == dims[0];
  if (count == 0 || (count != 1 && !one_each) || out.zero_points.size() != count) {
    throw ConvertError(node.describe(), "expected one scale and zero point, or one for each of " +
                                            std::to_string(dims.empty() ? 1 : dims[0]) +
                                            " output channels, found " + std::to_string(count) +
                                            " and " + std::to_string(out.zero_points.size()));
  }
  const int64_t axis = node.op_type == "QLinearConv" ? 0 : node.integer("axis", 1);
  if (count != 1 && axis != 0 && axis != -static_cast<int64_t>(dims.size())) {
    throw ConvertError(
        node.describe(),
        "expected its scales along axis 0 (output channels), found axis " + std::to_string(axis));
  }
  return out;
}

// A symbol for `whole` numbers, with what they stand for.
Symbol Importer::quantized_constant(const NodeProto& node, std::vector<double> whole,
                                    std::vector<int64_t> dims, ConstantScales scales) {
  charge(node, whole.size());
  Symbol symbol;
  symbol.kind = Kind::constant;
  const size_t per_scale = std::max<size_t>(1, whole.size() / scales.scales.size());
  for (size_t i = 0; i < whole.size(); ++i) {
    const size_t k = i / per_scale;
    symbol.constant.values.push_back((whole[i] - scales.zero_points[k]) * scales.scales[k]);
  }
  symbol.constant.dims = std::move(dims);
  symbol.steps = std::move(scales.scales);
  return symbol;
}

void Importer::quantize_linear(const NodeProto& node) {
  const Quantity at = {0, 1, 2};
  int type = kUint8;
  const Symbol& in = read(node, 0);
  if (in.kind != Kind::constant) {
    Symbol symbol = in;
    symbol.scale = scale_of(node, at, &type);
    symbol.whole_type = type;
    define(node.outputs[0], std::move(symbol));
    return;
  }
  std::vector<int64_t> dims;
  const std::vector<float> values = weights(node, 0, &dims);
  if (has_input(node, 2)) type = type_of(node, 2);
  ConstantScales scales = constant_scales(node, at, dims, type);
  const Limits limits = limits_of(node, type);
  const size_t per_scale = std::max<size_t>(1, values.size() / scales.scales.size());
  std::vector<double> whole;
  for (size_t i = 0; i < values.size(); ++i) {
    const size_t k = i / per_scale;
    whole.push_back(std::clamp(std::nearbyint(values[i] / scales.scales[k]) + scales.zero_points[k],
                               limits.low, limits.high));
  }
  Symbol symbol = quantized_constant(node, std::move(whole), std::move(dims), std::move(scales));
  symbol.whole_type = type;
  define(node.outputs[0], std::move(symbol));
}

void Importer::dequantize(const NodeProto& node, const Quantity& at, const std::string& output) {
  const Symbol in = read(node, at.value);
  Symbol symbol = in;
  symbol.whole_type = 0;
  if (in.kind == Kind::constant && in.whole_type == 0) {
    const int type = type_of(node, at.value);
    (void)limits_of(node, type);
    const std::vector<int64_t> dims = in.tensor->dims;
    symbol = quantized_constant(node, numbers(node, at.value), dims,
                                constant_scales(node, at, dims, type));
  } else if (in.whole_type == 0) {
    throw ConvertError(node.describe(), "input '" + node.inputs[at.value] +
                                            "': expected whole numbers of a QuantizeLinear or "
                                            "QLinear operator, found real ones");
  } else if (in.kind != Kind::constant) {
    int type = in.whole_type;
    const Scale scale = scale_of(node, at, &type);
    if (scale != in.scale || type != in.whole_type) {
      throw ConvertError(node.describe(),
                         "input '" + node.inputs[at.value] + "': expected the scale " +
                             std::to_string(in.scale->step) + " and the zero point that it was " +
                             "quantized with, found " + std::to_string(scale.step) +
                             " or another zero point");
    }
  }
  define(output, std::move(symbol));
}

void Importer::dequantize_linear(const NodeProto& node) {
  dequantize(node, {0, 1, 2}, node.outputs[0]);
}

void Importer::qlinear(const NodeProto& node) {
  NodeProto real = node;
  real.op_type = node.op_type.substr(std::string("QLinear").size());
  real.inputs.clear();
  const bool is_concat = real.op_type == "Concat";
  const bool pair = real.op_type == "Conv" || real.op_type == "Add" || real.op_type == "Mul";
  const size_t first = is_concat ? 2 : 0;
  const size_t operands = is_concat
                              ? (node.inputs.size() - std::min<size_t>(2, node.inputs.size())) / 3
                              : (pair ? 2 : 1);
  const auto name = [&](size_t k) { return node.outputs[0] + "/input " + std::to_string(k); };
  for (size_t k = 0; k < operands; ++k) {
    const size_t at = first + 3 * k;
    dequantize(node, {at, at + 1, at + 2}, name(k));
    real.inputs.push_back(name(k));
  }
  if (real.op_type == "Conv" && has_input(node, 8)) {
    define(name(2), convolution_bias(node, real));
    real.inputs.push_back(name(2));
  }
  if (node.integer("channels_last", 0) != 0) {
    throw ConvertError(node.describe(), "channels_last=1 is not supported; supported: 0");
  }
  const size_t out = is_concat ? 0 : 3 * operands;
  int type = kUint8;
  const Scale scale = scale_of(node, {0, out, out + 1}, &type);
  import(real);
  Symbol& made = symbols_.find(node.outputs[0])->second;
  if (made.kind != Kind::feature) return;
  made.scale = scale;
  made.whole_type = type;
  const int maker = producer_[static_cast<size_t>(made.value)];
  if (maker >= 0) graph_.nodes[static_cast<size_t>(maker)].scales.output = scale;
}

// QLinearConv's whole numbers count in steps of the input times the output channel's weights.
Symbol Importer::convolution_bias(const NodeProto& node, const NodeProto& real) {
  const Symbol& in = read(real, 0);
  const Symbol& weights = read(real, 1);
  std::vector<double> values = numbers(node, 8);
  if (!in.scale || weights.steps.empty() || values.empty()) {
    throw ConvertError(node.describe(), "expected a feature map, constant weights and biases");
  }
  const std::vector<double>& steps = weights.steps;
  for (size_t o = 0; o < values.size(); ++o) {
    values[o] *= in.scale->step * steps[steps.size() == 1 ? 0 : std::min(o, steps.size() - 1)];
  }
  Symbol bias;
  bias.kind = Kind::constant;
  bias.constant.dims = {static_cast<int64_t>(values.size())};
  bias.constant.values = std::move(values);
  return bias;
}

// The step of each output channel of a convolution's weights; none if they are not quantized.
std::vector<float> Importer::weight_steps(const Symbol& weights, size_t outputs) {
  const std::vector<double>& steps = weights.steps;
  if (steps.empty() || steps.size() == outputs) return {steps.begin(), steps.end()};
  return std::vector<float>(outputs, static_cast<float>(steps[0]));
}

// Notes in which scales the node reads its inputs. A node that moves whole numbers makes such.
void Importer::take_scales(const NodeProto& node, Node* ir, Symbol* made) const {
  ir->scales.inputs.resize(ir->inputs.size());
  for (size_t k = 0; k < ir->inputs.size(); ++k) {
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      if (!has_input(node, i)) continue;
      const Symbol& in = read(node, i);
      if (in.kind == Kind::constant || in.value != ir->inputs[k]) continue;
      ir->scales.inputs[k] = in.scale;
      if (in.whole_type == 0 && made->whole_type == 0) continue;
      if (k > 0 && (in.scale != made->scale || in.whole_type != made->whole_type)) {
        throw ConvertError(node.describe(),
                           "expected inputs that are quantized with the same scale and zero point, "
                           "found different ones; use QLinearConcat");
      }
      made->scale = in.scale;
      made->whole_type = in.whole_type;
    }
  }
}

void Importer::check_numbers(const NodeProto& node) const {
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    if (!has_input(node, i) || read(node, i).whole_type == 0) continue;
    throw ConvertError(node.describe(),
                       "input '" + node.inputs[i] +
                           "': expected real numbers, found those of a QuantizeLinear; expected "
                           "a DequantizeLinear between the two");
  }
}

}  // namespace linnet::converter::onnx
