// Arithmetic, activations, normalization, constants.
#include <algorithm>
#include <cmath>
#include <memory>

#include "converter/error.h"
#include "converter/frontend/ncnn/importer.h"

namespace linnet::converter::ncnn {
namespace {

// ncnn's BinaryOp op_type.
enum Op { kAdd = 0, kSub = 1, kMul = 2, kDiv = 3, kReverseSub = 7 };

// hard-swish and hard-sigmoid have a slope and an offset in ncnn; PyTorch's are these.
bool is_pytorch_hard(double slope, double offset) {
  constexpr double kTolerance = 1e-5;  // the text has six digits
  return std::abs(slope - 1.0 / 6) < kTolerance && std::abs(offset - 0.5) < kTolerance;
}

void check_finite(const Layer& layer, const std::vector<float>& values) {
  for (const float value : values) {
    if (!std::isfinite(value)) {
      throw ConvertError(layer.describe(),
                         "its constants give a value that is infinite or not a number");
    }
  }
}

}  // namespace

void set_activation(const Layer& layer, int type, const std::vector<double>& params, Node* node) {
  const auto param = [&params](size_t i, double fallback) {
    return i < params.size() ? params[i] : fallback;
  };
  switch (type) {
    case 0:
      return;
    case 1:
      node->activation = Activation::relu;
      return;
    case 2:
      node->activation = Activation::leaky_relu;
      node->alpha = static_cast<float>(param(0, 0));
      check_finite(layer, {node->alpha});
      return;
    case 3:
      if (param(0, 0) != 0 || param(1, 0) != 6) {
        unsupported(layer, "a fused clip to another range", "0..6 (9=3 -23310=2,0,6)");
      }
      node->activation = Activation::relu6;
      return;
    case 4:
      node->activation = Activation::sigmoid;
      return;
    case 6:
      if (!is_pytorch_hard(param(0, 0.2), param(1, 0.5))) {
        unsupported(layer, "a fused hard-swish with other constants", "slope 1/6 and offset 0.5");
      }
      node->activation = Activation::hard_swish;
      return;
    default:
      unsupported(layer, "activation_type " + std::to_string(type) + " (parameter 9)",
                  "0 none, 1 ReLU, 2 LeakyReLU, 3 clip, 4 sigmoid, 6 hard-swish");
  }
}

void Importer::add_affine(const Layer& layer, const Blob& in, std::vector<float> scale,
                          std::vector<float> shift) {
  check_finite(layer, scale);
  check_finite(layer, shift);
  Node node = unary(NodeKind::affine, in);
  node.weights = std::move(scale);
  node.bias = std::move(shift);
  add(layer, std::move(node), in.channels);
}

void Importer::with_constant(const Layer& layer, const Blob& in, int op, const Constant& constant) {
  std::vector<float> values = constant.values;
  if (values.size() == 1) {
    values = repeated(layer, values[0], in.channels);
  } else if (!constant.per_channel || values.size() != static_cast<size_t>(in.channels)) {
    unsupported(layer, "a constant of this shape",
                "one number, or one for each of the " + std::to_string(in.channels) + " channels");
  }
  std::vector<float> scale = repeated(layer, 1, in.channels);
  std::vector<float> shift = repeated(layer, 0, in.channels);
  switch (op) {
    case kAdd:
      shift = std::move(values);
      break;
    case kSub:
      for (float& value : values) value = -value;
      shift = std::move(values);
      break;
    case kMul:
      scale = std::move(values);
      break;
    case kDiv:
      for (float& value : values) value = 1 / value;
      scale = std::move(values);
      break;
    case kReverseSub:
      for (float& factor : scale) factor = -1;
      shift = std::move(values);
      break;
    default:
      unsupported(layer, "op_type " + std::to_string(op) + " (parameter 0) with a constant",
                  "0 add, 1 sub, 2 mul, 3 div, 7 rsub");
  }
  add_affine(layer, in, std::move(scale), std::move(shift));
}

void Importer::binary_op(const Layer& layer) {
  constexpr int kUnsupported = -1;
  int op = layer.integer(0, 0, 0, 20);
  if (layer.integer(1, 0, 0, 1) == 1) {
    with_constant(layer, read(layer, 0), op, {{static_cast<float>(layer.number(2, 0))}});
    return;
  }
  const Blob a = read_any(layer, 0), b = read_any(layer, 1);
  if (a.is_constant() != b.is_constant()) {
    if (a.is_constant() && op != kAdd && op != kMul) op = op == kSub ? +kReverseSub : kUnsupported;
    const size_t variable = a.is_constant() ? 1 : 0;
    with_constant(layer, read(layer, variable), op, a.is_constant() ? *a.constant : *b.constant);
    return;
  }
  Blob second = read(layer, 1);
  if (op == kSub) {
    Node negated = unary(NodeKind::affine, second);
    negated.weights = repeated(layer, -1, second.channels);
    negated.bias = repeated(layer, 0, second.channels);
    second.value = add_hidden(layer, std::move(negated), layer.outputs[0] + "/negated");
    op = kAdd;
  }
  if (op != kAdd && op != kMul) {
    unsupported(layer, "op_type " + std::to_string(op) + " (parameter 0)", "0 add, 1 sub, 2 mul");
  }
  add_pair(layer, read(layer, 0), second, op == kAdd ? NodeKind::add : NodeKind::mul);
}

void Importer::add_pair(const Layer& layer, Blob a, Blob b, NodeKind kind) {
  // What is broadcast comes second.
  if (is_vector(a) && !is_vector(b)) std::swap(a, b);
  Node node;
  node.kind = kind;
  node.inputs = {a.value, b.value};
  add(layer, std::move(node), a.channels);
}

void Importer::eltwise(const Layer& layer) {
  const int op = layer.integer(0, 0, 0, 2);
  const std::vector<double>& factors = layer.array(1);
  const bool plain = op != 1 || std::all_of(factors.begin(), factors.end(),
                                            [](double factor) { return factor == 1; });
  if (layer.inputs.size() != 2 || op == 2 || !plain) {
    unsupported(layer, "this form", "two inputs, 0=0 (product) or 0=1 (sum without coefficients)");
  }
  add_pair(layer, read(layer, 0), read(layer, 1), op == 1 ? NodeKind::add : NodeKind::mul);
}

void Importer::activation(const Layer& layer) {
  const Blob in = read(layer, 0);
  Node node = unary(NodeKind::activation, in);
  if (layer.type == "ReLU") {
    const double slope = layer.number(0, 0);
    node.activation = slope == 0 ? Activation::relu : Activation::leaky_relu;
    node.alpha = static_cast<float>(slope);
    check_finite(layer, {node.alpha});
  } else if (layer.type == "Clip") {
    if (layer.number(0, 0) != 0 || layer.number(1, 0) != 6)
      unsupported(layer, "this range", "0..6 (0=0 1=6)");
    node.activation = Activation::relu6;
  } else if (layer.type == "Swish") {
    node.activation = Activation::silu;
  } else {
    node.activation = Activation::sigmoid;
  }
  add(layer, std::move(node), in.channels);
}

// min(max(slope * x + offset, 0), 1), for HardSwish times x.
void Importer::hard_activation(const Layer& layer) {
  Blob in = read(layer, 0);
  const bool swish = layer.type == "HardSwish";
  const double slope = layer.number(0, 0.2), offset = layer.number(1, 0.5);
  Node gate = unary(NodeKind::activation, in);
  if (is_pytorch_hard(slope, offset)) {
    gate.activation = swish ? Activation::hard_swish : Activation::hard_sigmoid;
    add(layer, std::move(gate), in.channels);
    return;
  }
  // The engine's hard-sigmoid is min(max(y + 3, 0), 6) / 6.
  Node affine = unary(NodeKind::affine, in);
  affine.weights = repeated(layer, static_cast<float>(6 * slope), in.channels);
  affine.bias = repeated(layer, static_cast<float>(6 * offset - 3), in.channels);
  check_finite(layer, affine.weights);
  check_finite(layer, affine.bias);
  gate.activation = Activation::hard_sigmoid;
  gate.inputs = {add_hidden(layer, std::move(affine), layer.outputs[0] + "/scaled")};
  if (!swish) {
    add(layer, std::move(gate), in.channels);
    return;
  }
  Blob factor = in;
  factor.value = add_hidden(layer, std::move(gate), layer.outputs[0] + "/gate");
  add_pair(layer, in, factor, NodeKind::mul);
}

void Importer::batch_norm(const Layer& layer) {
  const Blob in = read(layer, 0);
  const auto channels = static_cast<size_t>(layer.integer(0, 0, 1, kMaxChannels));
  const double eps = layer.number(1, 0);
  const std::vector<float> slope = weights_.plain(layer, channels);
  const std::vector<float> mean = weights_.plain(layer, channels);
  const std::vector<float> variance = weights_.plain(layer, channels);
  const std::vector<float> bias = weights_.plain(layer, channels);
  std::vector<float> factors, shifts;
  for (size_t c = 0; c < channels; ++c) {
    const double factor = slope[c] / std::sqrt(variance[c] + eps);
    factors.push_back(static_cast<float>(factor));
    shifts.push_back(static_cast<float>(bias[c] - factor * mean[c]));
  }
  add_affine(layer, in, std::move(factors), std::move(shifts));
}

void Importer::scale(const Layer& layer) {
  const Blob in = read(layer, 0);
  const int channels = layer.integer(0, 0, kRest, kMaxChannels);
  if (channels == kRest) {
    add_pair(layer, in, read(layer, 1), NodeKind::mul);
    return;
  }
  const auto count = static_cast<size_t>(layer.integer(0, 0, 1, kMaxChannels));
  std::vector<float> factors = weights_.plain(layer, count);
  std::vector<float> shifts = layer.integer(1, 0, 0, 1) == 1 ? weights_.plain(layer, count)
                                                             : std::vector<float>(count, 0.0f);
  add_affine(layer, in, std::move(factors), std::move(shifts));
}

// A constant. Only one number, or one for each channel, is of use in front of the heads; behind
// them (grids and anchors of a decoding tail) any is.
void Importer::memory_data(const Layer& layer) {
  constexpr int kMaxCount = 1 << 28;
  // Width, height, depth, channels; 0 = the constant has no such axis.
  std::array<int, 4> extents{};
  int64_t count = 1;
  for (size_t i = 0; i < extents.size(); ++i) {
    constexpr int kIds[] = {0, 1, 11, 2};
    extents[i] = layer.integer(kIds[i], 0, 0, kMaxCount);
    count = std::min<int64_t>(count * std::max(1, extents[i]), kMaxCount + int64_t{1});
  }
  if (count > kMaxCount) {
    throw ConvertError(layer.describe(), "expected at most 2^28 values, found more");
  }
  const bool tagged = layer.integer(21, 1, 0, 1) == 0;  // load_type
  const auto size = static_cast<size_t>(count);
  auto constant = std::make_shared<Constant>();
  constant->values = tagged ? weights_.tagged(layer, size).values : weights_.plain(layer, size);
  const bool vector = extents[1] == 0 && extents[2] == 0 && extents[3] == 0;
  constant->per_channel = vector || extents[3] == count;
  Blob blob;
  blob.constant = std::move(constant);
  define(layer, layer.outputs[0], std::move(blob));
}

}  // namespace linnet::converter::ncnn
