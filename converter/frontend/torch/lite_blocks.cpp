// Blocks of YOLOv5-Lite (models/common.py of ppogg/YOLOv5-Lite): ShuffleNetV2, PP-LCNet, RepVGG,
// MobileNetV3, EfficientNet-Lite, PicoDet.
#include "converter/frontend/torch/lowering.h"
#include "converter/frontend/torch/rep_vgg.h"

namespace linnet::converter::torch {
namespace {

// Several children, one after the other; a missing one (a fused batch norm) is skipped.
ValueId lower_chain(Lowering& lowering, const Module& module, ValueId value,
                    std::initializer_list<const char*> names) {
  for (const char* name : names) value = lowering.lower_optional(module, name, value);
  return value;
}

ValueId relu(Lowering& lowering, const Module& module, ValueId value) {
  return lowering.activation(module.path(), value, Activation::relu);
}

// The second half of torch.chunk(2), or the first.
ValueId half(Lowering& lowering, const Module& module, ValueId value, bool second) {
  const int channels = lowering.channels(value);
  if (channels % 2 != 0) module.fail("expected an even number of channels");
  return lowering.slice(module.path(), value, second ? channels / 2 : 0,
                        second ? channels : channels / 2);
}

ValueId lower_stem_and_pool(Lowering& lowering, const Module& module, const Values& inputs) {
  return lowering.lower(module.child("maxpool"), lowering.lower(module.child("conv"), inputs[0]));
}

ValueId lower_only_conv(Lowering& lowering, const Module& module, const Values& inputs) {
  return lowering.lower(module.child("conv"), inputs[0]);
}

// Shuffle_Block (branch1, branch2; torchvision's InvertedResidual is the same).
ValueId lower_shuffle_block(Lowering& lowering, const Module& module, const Values& inputs) {
  ValueId first = inputs[0];
  ValueId second = inputs[0];
  if (module.integer("stride") == 1) {
    first = half(lowering, module, inputs[0], false);
    second = half(lowering, module, inputs[0], true);
  } else {
    first = lowering.lower(module.child("branch1"), first);
  }
  second = lowering.lower(module.child("branch2"), second);
  return lowering.channel_shuffle(module.path(), lowering.concat(module.path(), {first, second}),
                                  2);
}

// ShuffleV2Block in the form of the ShuffleNetV2 authors: even channels pass, odd ones are worked
// on.
ValueId lower_shuffle_v2_block(Lowering& lowering, const Module& module, const Values& inputs) {
  if (module.has_child("branch2")) return lower_shuffle_block(lowering, module, inputs);
  ValueId projected = inputs[0];
  ValueId main = inputs[0];
  if (module.integer("stride") == 1) {
    const ValueId sorted = lowering.channel_shuffle(module.path(), inputs[0],
                                                    std::max(lowering.channels(inputs[0]) / 2, 1));
    projected = half(lowering, module, sorted, false);
    main = half(lowering, module, sorted, true);
  } else {
    projected = lowering.lower(module.child("branch_proj"), projected);
  }
  main = lowering.lower(module.child("branch_main"), main);
  return lowering.concat(module.path(), {projected, main});
}

// DWConvblock calls F.relu(): there is no module that says so.
ValueId lower_dw_conv_block(Lowering& lowering, const Module& module, const Values& inputs) {
  module.child("conv1");
  module.child("conv2");
  ValueId value = lower_chain(lowering, module, inputs[0], {"conv1", "bn1"});
  value = relu(lowering, module, value);
  value = lower_chain(lowering, module, value, {"conv2", "bn2"});
  return relu(lowering, module, value);
}

ValueId lower_cbh(Lowering& lowering, const Module& module, const Values& inputs) {
  const ValueId value = lowering.lower(module.child("conv"), inputs[0]);
  return lowering.lower(module.child("hardswish"), lowering.lower_optional(module, "bn", value));
}

// LC_SEModule, ES_SEModule: the gate ends with whichever activation the instance has.
ValueId lower_se_module(Lowering& lowering, const Module& module, const Values& inputs) {
  if (module.has_child("SiLU") + module.has_child("hardsigmoid") != 1) {
    module.fail("expected one activation, 'SiLU' or 'hardsigmoid', at its end");
  }
  ValueId gate = lowering.lower(module.child("avg_pool"), inputs[0]);
  gate = lowering.lower(module.child("conv1"), gate);
  gate = lowering.lower(module.child("relu"), gate);
  gate = lowering.lower(module.child("conv2"), gate);
  gate = lower_chain(lowering, module, gate, {"SiLU", "hardsigmoid"});
  return lowering.mul(module.path(), inputs[0], gate);
}

ValueId lower_se_layer(Lowering& lowering, const Module& module, const Values& inputs) {
  const ValueId pooled = lowering.lower(module.child("avg_pool"), inputs[0]);
  return lowering.mul(module.path(), inputs[0], lowering.lower(module.child("fc"), pooled));
}

// SEBlock averages windows of the map's width: the whole of a square map, which alone it accepts.
ValueId lower_se_block(Lowering& lowering, const Module& module, const Values& inputs) {
  ValueId gate = lowering.global_avg_pool(module.path(), inputs[0]);
  gate = relu(lowering, module, lowering.lower(module.child("down"), gate));
  gate = lowering.lower(module.child("up"), gate);
  gate = lowering.activation(module.path(), gate, Activation::sigmoid);
  return lowering.mul(module.path(), inputs[0], gate);
}

ValueId lower_lc_block(Lowering& lowering, const Module& module, const Values& inputs) {
  ValueId value = lowering.lower(module.child("dw_conv"), inputs[0]);
  if (module.integer("use_se") != 0) value = lowering.lower(module.child("se"), value);
  return lowering.lower(module.child("pw_conv"), value);
}

ValueId lower_dense(Lowering& lowering, const Module& module, const Values& inputs) {
  const ValueId value = lowering.lower(module.child("dense_conv"), inputs[0]);
  return lowering.lower(module.child("hardswish"), value);
}

ValueId lower_mb_conv_block(Lowering& lowering, const Module& module, const Values& inputs) {
  module.child("_depthwise_conv");
  module.child("_project_conv");
  const ValueId value = lower_chain(lowering, module, inputs[0],
                                    {"_depthwise_conv", "_bn1", "_relu", "_project_conv", "_bn2"});
  const bool skip = module.integer("id_skip") != 0 && module.integer("stride") == 1 &&
                    module.integer("input_filters") == module.integer("output_filters");
  return skip ? lowering.add(module.path(), value, inputs[0]) : value;
}

ValueId lower_mobile_v3_bottleneck(Lowering& lowering, const Module& module, const Values& inputs) {
  const ValueId value = lowering.lower(module.child("conv"), inputs[0]);
  return module.integer("identity") != 0 ? lowering.add(module.path(), inputs[0], value) : value;
}

// YOLOv5-Lite's Hswish is relu6(x + 3) / 6, whatever its name says; other projects' classes of this
// name have no ReLU6 module in them.
ValueId lower_hswish(Lowering& lowering, const Module& module, const Values& inputs) {
  if (module.child("relu").class_path() != "torch.nn.modules.activation.ReLU6") {
    module.fail("expected the Hswish of YOLOv5-Lite, with a ReLU6 in it");
  }
  return lowering.activation(module.path(), inputs[0], Activation::hard_sigmoid);
}

// All four branches exist in every instance; stride 1 uses the third, stride 2 the others.
ValueId lower_es_bottleneck(Lowering& lowering, const Module& module, const Values& inputs) {
  const int64_t stride = module.integer("stride");
  if (stride == 1) {
    const ValueId first = half(lowering, module, inputs[0], false);
    const ValueId second =
        lowering.lower(module.child("branch3"), half(lowering, module, inputs[0], true));
    const ValueId both = lowering.concat(module.path(), {first, second});
    return lowering.channel_shuffle(module.path(), both, 2);
  }
  if (stride != 2) module.fail("expected stride 1 or 2, found " + std::to_string(stride));
  const ValueId first = lowering.lower(module.child("branch1"), inputs[0]);
  const ValueId second = lowering.lower(module.child("branch2"), inputs[0]);
  return lowering.lower(module.child("branch4"), lowering.concat(module.path(), {first, second}));
}

// LC3, Light_C3: C3 with a sum in place of the concatenation.
ValueId lower_lc3(Lowering& lowering, const Module& module, const Values& inputs) {
  const ValueId inner = lowering.lower(module.child("cv1"), inputs[0]);
  const ValueId deep = lowering.lower(module.child("m"), inner);
  const ValueId flat = lowering.lower(module.child("cv2"), inputs[0]);
  return lowering.lower(module.child("cv3"), lowering.add(module.path(), deep, flat));
}

}  // namespace

std::vector<KnownClass> lite_blocks() {
  return {
      {"conv_bn_relu_maxpool", "conv maxpool", lower_stem_and_pool},
      {"CBRM", "conv maxpool", lower_stem_and_pool},
      {"stem", "conv", lower_only_conv},
      {"Shuffle_Block", "branch1 branch2", lower_shuffle_block},
      {"ShuffleV2Block", "branch1 branch2 branch_proj branch_main", lower_shuffle_v2_block},
      {"InvertedResidual", "branch1 branch2", lower_shuffle_block},
      {"DWConvblock", "conv1 bn1 conv2 bn2", lower_dw_conv_block},
      {"CBH", "conv bn hardswish", lower_cbh},
      {"LC_SEModule", "avg_pool conv1 relu conv2 SiLU hardsigmoid", lower_se_module},
      {"ES_SEModule", "avg_pool conv1 relu conv2 SiLU hardsigmoid", lower_se_module},
      {"SELayer", "avg_pool fc", lower_se_layer},
      {"SEBlock", "down up", lower_se_block},
      {"LC_Block", "dw_conv se pw_conv", lower_lc_block},
      {"Dense", "dense_conv hardswish dropout", lower_dense},
      {"RepVGGBlock", "nonlinearity se rbr_dense rbr_1x1 rbr_identity rbr_reparam", lower_rep_vgg},
      {"MBConvBlock", "_depthwise_conv _bn1 _project_conv _bn2 _relu", lower_mb_conv_block},
      {"mobilev3_bneck", "conv", lower_mobile_v3_bottleneck},
      {"Hswish", "relu", lower_hswish},
      {"ES_Bottleneck", "branch1 branch2 branch3 branch4", lower_es_bottleneck},
      {"LC3", "cv1 cv2 cv3 m", lower_lc3},
      {"Light_C3", "cv1 cv2 cv3 m", lower_lc3},
  };
}

}  // namespace linnet::converter::torch
