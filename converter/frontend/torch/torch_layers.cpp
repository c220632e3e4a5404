// Layers of torch.nn. Attributes that older versions of PyTorch do not write have the defaults that
// their code assumed.
#include <cmath>
#include <tuple>

#include "converter/frontend/torch/lowering.h"
#include "converter/frontend/torch/quote.h"
#include "model/format.h"

namespace linnet::converter::torch {
namespace {

// 'same' pads so that output size = ceil(input / stride) for stride 1, the odd pixel after.
void set_padding(const Module& module, Window* window) {
  const PickleValue* padding = module.attribute("padding");
  if (padding != nullptr && padding->is(PickleKind::text)) {
    if (padding->text == "valid") return;
    if (padding->text != "same" || window->stride_h != 1 || window->stride_w != 1) {
      module.fail("expected padding in pixels, 'valid', or 'same' with stride 1");
    }
    const int reach_h = window->dilation_h * (window->kernel_h - 1);
    const int reach_w = window->dilation_w * (window->kernel_w - 1);
    window->pad_top = reach_h / 2;
    window->pad_left = reach_w / 2;
    window->pad_bottom = reach_h - window->pad_top;
    window->pad_right = reach_w - window->pad_left;
    return;
  }
  const auto [vertical, horizontal] = module.pair("padding", 0);
  window->pad_top = window->pad_bottom = vertical;
  window->pad_left = window->pad_right = horizontal;
}

void expect_kernel(const Module& module, const std::pair<int, int>& kernel) {
  constexpr int kMax = static_cast<int>(format::kMaxKernel);
  const auto ok = [](int side) { return side >= 1 && side <= kMax; };
  if (!ok(kernel.first) || !ok(kernel.second)) {
    module.fail("expected a kernel of 1 to " + std::to_string(kMax) + " pixels, found " +
                std::to_string(kernel.first) + "x" + std::to_string(kernel.second));
  }
}

// Stride, dilation and padding; bounds are checked by infer_shapes(). A pool's stride may be None:
// its kernel.
Window read_window(const Module& module, std::pair<int, int> kernel, bool pool) {
  expect_kernel(module, kernel);
  Window window;
  std::tie(window.kernel_h, window.kernel_w) = kernel;
  std::tie(window.dilation_h, window.dilation_w) = module.pair("dilation", 1);
  const PickleValue* stride = module.attribute("stride");
  const bool pool_default = pool && (stride == nullptr || stride->is(PickleKind::none));
  std::tie(window.stride_h, window.stride_w) = pool_default ? kernel : module.pair("stride");
  constexpr int kMaxDilation = static_cast<int>(format::kMaxDilation);
  if (window.dilation_h > kMaxDilation || window.dilation_w > kMaxDilation) {
    module.fail("expected a dilation of at most " + std::to_string(kMaxDilation));
  }
  set_padding(module, &window);
  return window;
}

ValueId lower_conv2d(Lowering& lowering, const Module& module, const Values& inputs) {
  Convolution conv = read_convolution(lowering, module);
  if (conv.inputs != lowering.channels(inputs[0])) {
    module.fail("expected " + std::to_string(conv.inputs) + " input channels, found " +
                std::to_string(lowering.channels(inputs[0])));
  }
  return lowering.conv(module.path(), inputs[0], conv.window, conv.groups, std::move(conv.weights),
                       std::move(conv.bias));
}

// On 1x1 maps, where SE gates use it, a linear layer is a 1x1 convolution.
ValueId lower_linear(Lowering& lowering, const Module& module, const Values& inputs) {
  const Tensor weight = lowering.tensor(module, "weight");
  const auto input_channels = static_cast<int64_t>(lowering.channels(inputs[0]));
  if (weight.shape.size() != 2 || weight.shape[1] != input_channels) {
    module.fail("expected weights for " + std::to_string(input_channels) + " channels");
  }
  const auto outputs = static_cast<size_t>(weight.shape[0]);
  std::vector<float> bias(outputs, 0.0f);
  if (module.tensor("bias") != nullptr) bias = lowering.vector(module, "bias", outputs);
  return lowering.conv(module.path(), inputs[0], Window{}, 1, weight.values, std::move(bias));
}

ValueId lower_batch_norm(Lowering& lowering, const Module& module, const Values& inputs) {
  const BatchNorm norm = read_batch_norm(lowering, module);
  if (static_cast<int>(norm.scale.size()) != lowering.channels(inputs[0])) {
    module.fail("expected " + std::to_string(norm.scale.size()) + " channels, found " +
                std::to_string(lowering.channels(inputs[0])));
  }
  return lowering.affine(module.path(), inputs[0], {norm.scale.begin(), norm.scale.end()},
                         {norm.shift.begin(), norm.shift.end()});
}

template <Activation kind>
ValueId lower_activation(Lowering& lowering, const Module& module, const Values& inputs) {
  return lowering.activation(module.path(), inputs[0], kind);
}

ValueId lower_leaky_relu(Lowering& lowering, const Module& module, const Values& inputs) {
  const auto slope = static_cast<float>(module.number("negative_slope", 0.01));
  return lowering.activation(module.path(), inputs[0], Activation::leaky_relu, slope);
}

ValueId lower_hardtanh(Lowering& lowering, const Module& module, const Values& inputs) {
  if (module.number("min_val", -1) != 0 || module.number("max_val", 1) != 6) {
    module.fail("expected the range 0 to 6 (ReLU6)");
  }
  return lowering.activation(module.path(), inputs[0], Activation::relu6);
}

ValueId lower_identity(Lowering&, const Module&, const Values& inputs) {
  return inputs[0];
}

ValueId lower_sequential(Lowering& lowering, const Module& module, const Values& inputs) {
  ValueId value = inputs[0];
  for (const auto& [name, child] : module.children()) value = lowering.lower(child, value);
  return value;
}

void expect_no_ceil_mode(const Module& module) {
  if (module.integer("ceil_mode", 0) != 0) module.fail("ceil_mode is not supported");
}

ValueId lower_max_pool(Lowering& lowering, const Module& module, const Values& inputs) {
  expect_no_ceil_mode(module);
  return lowering.max_pool(module.path(), inputs[0],
                           read_window(module, module.pair("kernel_size"), true));
}

ValueId lower_avg_pool(Lowering& lowering, const Module& module, const Values& inputs) {
  expect_no_ceil_mode(module);
  if (const PickleValue* divisor = module.attribute("divisor_override");
      divisor != nullptr && !divisor->is(PickleKind::none)) {
    module.fail("divisor_override is not supported");
  }
  Node node;
  node.kind = NodeKind::avg_pool;
  node.inputs = inputs;
  node.window = read_window(module, module.pair("kernel_size"), true);
  node.count_padding = module.integer("count_include_pad", 1) != 0;
  return lowering.emit(std::move(node), module.path());
}

ValueId lower_adaptive_avg_pool(Lowering& lowering, const Module& module, const Values& inputs) {
  if (module.pair("output_size") != std::pair(1, 1)) module.fail("expected an output size of 1");
  return lowering.global_avg_pool(module.path(), inputs[0]);
}

ValueId lower_upsample(Lowering& lowering, const Module& module, const Values& inputs) {
  const PickleValue* factor = module.attribute("scale_factor");
  const PickleValue* size = module.attribute("size");
  std::optional<int64_t> whole = as_integer(factor);
  if (factor != nullptr && factor->is_sequence() && factor->items.size() == 2) {
    const std::optional<int64_t> vertical = as_integer(factor->items[0]);
    const std::optional<int64_t> horizontal = as_integer(factor->items[1]);
    if (vertical == horizontal) whole = vertical;
  }
  const bool sized = size != nullptr && !size->is(PickleKind::none);
  constexpr int64_t kMaxFactor = format::kMaxFactor;
  if (sized || !whole || *whole < 1 || *whole > kMaxFactor ||
      module.text("mode", "nearest") != "nearest") {
    module.fail("expected mode 'nearest' with a whole scale factor of 1 to " +
                std::to_string(kMaxFactor));
  }
  return lowering.upsample(module.path(), inputs[0], static_cast<int>(*whole));
}

ValueId lower_channel_shuffle(Lowering& lowering, const Module& module, const Values& inputs) {
  const int64_t groups = module.integer("groups");
  if (groups < 1 || groups > lowering.channels(inputs[0])) module.fail("expected other groups");
  return lowering.channel_shuffle(module.path(), inputs[0], static_cast<int>(groups));
}

}  // namespace

Convolution read_convolution(Lowering& lowering, const Module& module) {
  if (!module.is_torch_nn() || module.class_name() != "Conv2d") {
    module.fail("expected a torch.nn.Conv2d");
  }
  if (module.text("padding_mode", "zeros") != "zeros") {
    module.fail("expected padding_mode 'zeros', found " + quote(module.text("padding_mode", "")));
  }
  if (module.integer("transposed", 0) != 0)
    module.fail("transposed convolutions are not supported");
  Tensor weight = lowering.tensor(module, "weight");
  constexpr int64_t kMax = format::kMaxChannels;
  if (weight.shape.size() != 4 || weight.shape[0] > kMax || weight.shape[1] > kMax ||
      weight.shape[2] > kMax || weight.shape[3] > kMax) {
    module.fail("expected weights of 4 dimensions, at most " + std::to_string(kMax) + " each");
  }
  Convolution conv;
  const std::pair kernel(static_cast<int>(weight.shape[2]), static_cast<int>(weight.shape[3]));
  if (module.attribute("kernel_size") != nullptr && module.pair("kernel_size") != kernel) {
    module.fail("its kernel_size and its weights differ");
  }
  conv.window = read_window(module, kernel, false);
  const int64_t groups = module.integer("groups", 1);
  if (groups < 1 || groups > kMax) module.fail("expected 1 or more groups");
  conv.groups = static_cast<int>(groups);
  conv.outputs = static_cast<int>(weight.shape[0]);
  conv.inputs = static_cast<int>(weight.shape[1]) * conv.groups;
  conv.weights = std::move(weight.values);
  conv.bias.assign(static_cast<size_t>(conv.outputs), 0.0f);
  if (module.tensor("bias") != nullptr) {
    conv.bias = lowering.vector(module, "bias", static_cast<size_t>(conv.outputs));
  }
  return conv;
}

BatchNorm read_batch_norm(Lowering& lowering, const Module& module) {
  const bool known = module.class_name() == "BatchNorm2d" || module.class_name() == "SyncBatchNorm";
  if (!module.is_torch_nn() || !known) module.fail("expected a torch.nn.BatchNorm2d");
  if (module.tensor("running_mean") == nullptr || module.tensor("running_var") == nullptr) {
    module.fail("expected running statistics (track_running_stats)");
  }
  const std::vector<float> mean = lowering.tensor(module, "running_mean").values;
  const size_t count = mean.size();
  const std::vector<float> variance = lowering.vector(module, "running_var", count);
  std::vector<float> weight(count, 1.0f);
  std::vector<float> bias(count, 0.0f);
  if (module.tensor("weight") != nullptr) weight = lowering.vector(module, "weight", count);
  if (module.tensor("bias") != nullptr) bias = lowering.vector(module, "bias", count);
  const double epsilon = module.number("eps", 1e-5);
  BatchNorm norm;
  for (size_t i = 0; i < count; ++i) {
    const double scale = weight[i] / std::sqrt(static_cast<double>(variance[i]) + epsilon);
    if (!std::isfinite(scale)) module.fail("expected variance + eps above zero in every channel");
    norm.scale.push_back(scale);
    norm.shift.push_back(bias[i] - mean[i] * scale);
  }
  return norm;
}

std::vector<KnownClass> torch_layers() {
  const auto with = [](KnownClass known, std::string_view parameters) {
    known.parameters = parameters;
    return known;
  };
  return {
      with({"Conv2d", "", lower_conv2d}, "weight bias"),
      with({"BatchNorm2d", "", lower_batch_norm}, "weight bias"),
      with({"SyncBatchNorm", "", lower_batch_norm}, "weight bias"),
      with({"Linear", "", lower_linear}, "weight bias"),
      {"Sequential", "*", lower_sequential},
      {"ReLU", "", lower_activation<Activation::relu>},
      {"ReLU6", "", lower_activation<Activation::relu6>},
      {"LeakyReLU", "", lower_leaky_relu},
      {"SiLU", "", lower_activation<Activation::silu>},
      {"Hardswish", "", lower_activation<Activation::hard_swish>},
      {"Hardsigmoid", "", lower_activation<Activation::hard_sigmoid>},
      {"Sigmoid", "", lower_activation<Activation::sigmoid>},
      {"Hardtanh", "", lower_hardtanh},
      {"Identity", "", lower_identity},
      {"Dropout", "", lower_identity},
      {"Dropout2d", "", lower_identity},
      {"MaxPool2d", "", lower_max_pool},
      {"AvgPool2d", "", lower_avg_pool},
      {"AdaptiveAvgPool2d", "", lower_adaptive_avg_pool},
      {"Upsample", "", lower_upsample},
      {"UpsamplingNearest2d", "", lower_upsample},
      {"ChannelShuffle", "", lower_channel_shuffle},
  };
}

}  // namespace linnet::converter::torch
