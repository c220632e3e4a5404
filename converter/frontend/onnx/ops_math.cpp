// Activations and arithmetic.
#include <cmath>

#include "converter/error.h"
#include "converter/frontend/onnx/importer.h"

namespace linnet::converter::onnx {
namespace {

bool is_near(double a, double b) {
  return std::abs(a - b) < 1e-4;
}

}  // namespace

void Importer::activation(const NodeProto& node) {
  const Symbol& in = feature(node, 0);
  Node ir = unary(NodeKind::activation, in);
  const std::string& op = node.op_type;
  if (op == "Relu") ir.activation = Activation::relu;
  if (op == "Sigmoid") ir.activation = Activation::sigmoid;
  if (op == "HardSwish") ir.activation = Activation::hard_swish;
  if (op == "LeakyRelu") {
    ir.activation = Activation::leaky_relu;
    ir.alpha = node.number("alpha", 0.01f);
  }
  if (op == "HardSigmoid") {
    ir.activation = Activation::hard_sigmoid;
    const double alpha = node.number("alpha", 0.2f), beta = node.number("beta", 0.5f);
    if (!is_near(alpha, 1.0 / 6) || !is_near(beta, 0.5)) {
      define_unknown(node, node.describe() + ": expected alpha 1/6 and beta 0.5, found " +
                               std::to_string(alpha) + " and " + std::to_string(beta));
      return;
    }
  }
  const Shape shape = in.shape;
  define_feature(node, std::move(ir), shape);
}

void Importer::clip(const NodeProto& node) {
  const Symbol& in = feature(node, 0);
  const auto bound = [&](size_t input, const char* attribute, double fallback) {
    if (!has_input(node, input))
      return static_cast<double>(node.number(attribute, static_cast<float>(fallback)));
    const std::optional<Constant> value = small_constant(node, input);
    return value.has_value() && value->values.size() == 1 ? value->values[0] : NAN;
  };
  const double low = bound(1, "min", -INFINITY), high = bound(2, "max", INFINITY);
  Node ir = unary(NodeKind::activation, in);
  const Shape shape = in.shape;
  if (low == 0 && high == 6) {
    ir.activation = Activation::relu6;
  } else if (low == 0 && high > 1e30) {
    ir.activation = Activation::relu;
  } else {
    define_unknown(node, node.describe() + ": only clipping to 0..6 or 0..infinity is supported");
    return;
  }
  define_feature(node, std::move(ir), shape);
}

void Importer::batch_norm(const NodeProto& node) {
  const Symbol& in = feature(node, 0);
  const std::vector<float> scale = weights(node, 1, nullptr), shift = weights(node, 2, nullptr);
  const std::vector<float> mean = weights(node, 3, nullptr), variance = weights(node, 4, nullptr);
  const auto channels = static_cast<size_t>(in.shape.channels);
  if (scale.size() != channels || shift.size() != channels || mean.size() != channels ||
      variance.size() != channels) {
    throw ConvertError(node.describe(), "expected " + std::to_string(channels) +
                                            " values in each of scale, bias, mean and variance");
  }
  const double epsilon = node.number("epsilon", 1e-5f);
  Node ir = unary(NodeKind::affine, in);
  for (size_t c = 0; c < channels; ++c) {
    const double factor = scale[c] / std::sqrt(variance[c] + epsilon);
    ir.weights.push_back(static_cast<float>(factor));
    ir.bias.push_back(static_cast<float>(shift[c] - factor * mean[c]));
  }
  const Shape shape = in.shape;
  define_feature(node, std::move(ir), shape);
}

// x * sigmoid(x) and x * hard_sigmoid(x), in either order.
bool Importer::gate(const NodeProto& node, const Symbol& a, const Symbol& b) {
  for (const auto& [x, g] : {std::pair(&a, &b), std::pair(&b, &a)}) {
    const Node* made_by = producer(g->value);
    if (made_by == nullptr || made_by->kind != NodeKind::activation ||
        made_by->inputs[0] != x->value) {
      continue;
    }
    Node ir = unary(NodeKind::activation, *x);
    if (made_by->activation == Activation::sigmoid) ir.activation = Activation::silu;
    if (made_by->activation == Activation::hard_sigmoid) ir.activation = Activation::hard_swish;
    if (ir.activation == Activation::none) continue;
    const Shape shape = x->shape;
    define_feature(node, std::move(ir), shape);
    return true;
  }
  return false;
}

void Importer::binary(const NodeProto& node) {
  const bool first_constant = read(node, 0).kind == Kind::constant;
  const bool second_constant = read(node, 1).kind == Kind::constant;
  if (first_constant && node.op_type != "Add" && node.op_type != "Mul") {
    define_unknown(
        node, node.describe() + ": a constant minus or divided by a feature map is not supported");
    return;
  }
  if (first_constant || second_constant) {
    affine(node, feature(node, first_constant ? 1 : 0), first_constant ? 0 : 1);
    return;
  }
  const Symbol a = feature(node, 0), b = feature(node, 1);
  if (node.op_type != "Add" && node.op_type != "Mul") {
    define_unknown(node, node.describe() + ": only Add and Mul of two feature maps are supported");
    return;
  }
  if (node.op_type == "Mul" && gate(node, a, b)) return;
  const bool swap = a.shape.height == 1 && a.shape.width == 1 && a.shape != b.shape;
  Node ir;
  ir.kind = node.op_type == "Add" ? NodeKind::add : NodeKind::mul;
  ir.inputs = {swap ? b.value : a.value, swap ? a.value : b.value};
  define_feature(node, std::move(ir), swap ? b.shape : a.shape);
}

// One number for all channels, or one per channel ([C, 1, 1] or [1, C, 1, 1]).
void Importer::affine(const NodeProto& node, const Symbol& in, size_t constant_input) {
  const auto channels = static_cast<size_t>(in.shape.channels);
  const std::optional<Constant> constant = small_constant(node, constant_input);
  const size_t count = constant.has_value() ? constant->values.size() : 0;
  bool per_channel = count == channels && constant->dims.size() >= 3;
  for (size_t i = 0; per_channel && i < constant->dims.size(); ++i) {
    const bool is_channel_axis = constant->dims.size() - i == 3;
    per_channel = is_channel_axis || constant->dims[i] == 1;
  }
  if (count != 1 && !per_channel) {
    define_unknown(
        node, node.describe() + ": expected a constant with one value, or one for each channel");
    return;
  }
  charge(node, 2 * channels);
  const Shape shape = in.shape;
  Node ir = unary(NodeKind::affine, in);
  for (size_t c = 0; c < channels; ++c) {
    const double v = constant->values[count == 1 ? 0 : c];
    double scale = 1, shift = 0;
    if (node.op_type == "Add") shift = v;
    if (node.op_type == "Sub") shift = -v;
    if (node.op_type == "Mul") scale = v;
    if (node.op_type == "Div") scale = 1 / v;
    if (!std::isfinite(scale) || !std::isfinite(shift)) {
      throw ConvertError(node.describe(), "divides by zero or uses an infinite constant");
    }
    ir.weights.push_back(static_cast<float>(scale));
    ir.bias.push_back(static_cast<float>(shift));
  }
  define_feature(node, std::move(ir), shape);
}

}  // namespace linnet::converter::onnx
