// Blocks of YOLOv5 (models/common.py, models/experimental.py), versions 1 to 7, and its own
// activation classes (utils/activations.py).
#include <cmath>

#include "converter/frontend/torch/lowering.h"
#include "model/format.h"

namespace linnet::converter::torch {
namespace {

// Conv, DWConv: activation(batch norm(convolution)).
ValueId lower_conv(Lowering& lowering, const Module& module, const Values& inputs) {
  ValueId value = lowering.lower(module.child("conv"), inputs[0]);
  value = lowering.lower_optional(module, "bn", value);
  return lowering.lower_optional(module, "act", value);
}

// Bottleneck, CrossConv.
ValueId lower_bottleneck(Lowering& lowering, const Module& module, const Values& inputs) {
  const ValueId inner = lowering.lower(module.child("cv1"), inputs[0]);
  const ValueId value = lowering.lower(module.child("cv2"), inner);
  return module.integer("add") != 0 ? lowering.add(module.path(), inputs[0], value) : value;
}

ValueId lower_bottleneck_csp(Lowering& lowering, const Module& module, const Values& inputs) {
  ValueId deep = lowering.lower(module.child("cv1"), inputs[0]);
  deep = lowering.lower(module.child("m"), deep);
  deep = lowering.lower(module.child("cv3"), deep);
  const ValueId flat = lowering.lower(module.child("cv2"), inputs[0]);
  ValueId value = lowering.concat(module.path(), {deep, flat});
  value = lowering.lower_optional(module, "bn", value);
  value = lowering.lower(module.child("act"), value);
  return lowering.lower(module.child("cv4"), value);
}

ValueId lower_c3(Lowering& lowering, const Module& module, const Values& inputs) {
  const ValueId inner = lowering.lower(module.child("cv1"), inputs[0]);
  const ValueId deep = lowering.lower(module.child("m"), inner);
  const ValueId flat = lowering.lower(module.child("cv2"), inputs[0]);
  return lowering.lower(module.child("cv3"), lowering.concat(module.path(), {deep, flat}));
}

ValueId lower_spp(Lowering& lowering, const Module& module, const Values& inputs) {
  const ValueId value = lowering.lower(module.child("cv1"), inputs[0]);
  Values pooled = {value};
  for (const auto& [name, pool] : module.child("m").children()) {
    pooled.push_back(lowering.lower(pool, value));
  }
  return lowering.lower(module.child("cv2"), lowering.concat(module.path(), std::move(pooled)));
}

ValueId lower_sppf(Lowering& lowering, const Module& module, const Values& inputs) {
  const Module pool = module.child("m");
  Values pooled = {lowering.lower(module.child("cv1"), inputs[0])};
  for (int i = 0; i < 3; ++i) pooled.push_back(lowering.lower(pool, pooled.back()));
  return lowering.lower(module.child("cv2"), lowering.concat(module.path(), std::move(pooled)));
}

// Focus orders the four pixels of a block column by column, space_to_depth row by row.
ValueId lower_focus(Lowering& lowering, const Module& module, const Values& inputs) {
  const int channels = lowering.channels(inputs[0]);
  constexpr int kBlocks[] = {0, 2, 1, 3};
  Node node;
  node.kind = NodeKind::permute_channels;
  node.inputs = {lowering.space_to_depth(module.path(), inputs[0], 2)};
  for (const int block : kBlocks) {
    for (int c = 0; c < channels; ++c) node.permutation.push_back(block * channels + c);
  }
  return lowering.lower(module.child("conv"), lowering.emit(std::move(node), module.path()));
}

ValueId lower_contract(Lowering& lowering, const Module& module, const Values& inputs) {
  const int64_t gain = module.integer("gain");
  constexpr int64_t kMaxGain = format::kMaxFactor;
  if (gain < 2 || gain > kMaxGain) {
    module.fail("expected a gain of 2 to " + std::to_string(kMaxGain));
  }
  return lowering.space_to_depth(module.path(), inputs[0], static_cast<int>(gain));
}

ValueId lower_concat(Lowering& lowering, const Module& module, const Values& inputs) {
  if (module.integer("d", 1) != 1) module.fail("expected a concatenation of channels (d = 1)");
  return lowering.concat(module.path(), inputs);
}

ValueId scale(Lowering& lowering, const Module& module, ValueId value, double factor) {
  if (factor == 1) return value;
  const auto channels = static_cast<size_t>(lowering.channels(value));
  return lowering.affine(module.path(), value,
                         std::vector<float>(channels, static_cast<float>(factor)),
                         std::vector<float>(channels, 0.0f));
}

// Sum: x0 + sum of 2 * sigmoid(w[i]) * x[i + 1], or of x[i + 1] without weights.
ValueId lower_sum(Lowering& lowering, const Module& module, const Values& inputs) {
  std::vector<float> weights;
  if (module.integer("weight", 0) != 0) weights = lowering.vector(module, "w", inputs.size() - 1);
  ValueId sum = inputs[0];
  for (size_t i = 1; i < inputs.size(); ++i) {
    const double factor =
        weights.empty() ? 1 : 2 / (1 + std::exp(-static_cast<double>(weights[i - 1])));
    sum = lowering.add(module.path(), sum, scale(lowering, module, inputs[i], factor));
  }
  return sum;
}

// YOLOv5-Lite's ADD: x0 + a * x1.
ValueId lower_add(Lowering& lowering, const Module& module, const Values& inputs) {
  if (inputs.size() != 2) module.fail("expected two inputs");
  const ValueId second = scale(lowering, module, inputs[1], module.number("a", 1));
  return lowering.add(module.path(), inputs[0], second);
}

ValueId lower_ghost_conv(Lowering& lowering, const Module& module, const Values& inputs) {
  const ValueId first = lowering.lower(module.child("cv1"), inputs[0]);
  const ValueId second = lowering.lower(module.child("cv2"), first);
  return lowering.concat(module.path(), {first, second});
}

ValueId lower_ghost_bottleneck(Lowering& lowering, const Module& module, const Values& inputs) {
  const ValueId deep = lowering.lower(module.child("conv"), inputs[0]);
  return lowering.add(module.path(), deep, lowering.lower(module.child("shortcut"), inputs[0]));
}

ValueId lower_mix_conv(Lowering& lowering, const Module& module, const Values& inputs) {
  Values parts;
  for (const auto& [name, conv] : module.child("m").children()) {
    parts.push_back(lowering.lower(conv, inputs[0]));
  }
  if (parts.empty()) module.fail("expected convolutions");
  ValueId value = lowering.concat(module.path(), std::move(parts));
  value = lowering.lower(module.child("act"), lowering.lower_optional(module, "bn", value));
  return lowering.add(module.path(), inputs[0], value);
}

template <Activation kind>
ValueId lower_activation(Lowering& lowering, const Module& module, const Values& inputs) {
  return lowering.activation(module.path(), inputs[0], kind);
}

}  // namespace

std::vector<KnownClass> yolov5_blocks() {
  KnownClass sum = {"Sum", "", lower_sum, true};
  sum.parameters = "w";
  return {
      {"Conv", "conv bn act", lower_conv},
      {"DWConv", "conv bn act", lower_conv},
      {"Focus", "conv", lower_focus},
      {"Contract", "", lower_contract},
      {"Bottleneck", "cv1 cv2", lower_bottleneck},
      {"CrossConv", "cv1 cv2", lower_bottleneck},
      {"BottleneckCSP", "cv1 cv2 cv3 cv4 bn act m", lower_bottleneck_csp},
      {"C3", "cv1 cv2 cv3 m", lower_c3},
      {"C3SPP", "cv1 cv2 cv3 m", lower_c3},
      {"C3Ghost", "cv1 cv2 cv3 m", lower_c3},
      {"C3x", "cv1 cv2 cv3 m", lower_c3},
      {"SPP", "cv1 cv2 m", lower_spp},
      {"SPPF", "cv1 cv2 m", lower_sppf},
      {"GhostConv", "cv1 cv2", lower_ghost_conv},
      {"GhostBottleneck", "conv shortcut", lower_ghost_bottleneck},
      {"MixConv2d", "m bn act", lower_mix_conv},
      {"Concat", "", lower_concat, true},
      {"ADD", "", lower_add, true},
      sum,
      {"SiLU", "", lower_activation<Activation::silu>},
      {"Swish", "", lower_activation<Activation::silu>},
      {"MemoryEfficientSwish", "", lower_activation<Activation::silu>},
      {"Hardswish", "", lower_activation<Activation::hard_swish>},
  };
}

}  // namespace linnet::converter::torch
