// RepVGGBlock: trained as a 3x3 convolution, a 1x1 convolution and an identity, each with a batch
// norm, added up. All are linear, so they are one 3x3 convolution (Ding et al. 2021, "RepVGG:
// Making VGG-style ConvNets Great Again", section 3.3).
#pragma once

#include "converter/frontend/torch/lowering.h"

namespace linnet::converter::torch {

// Training form, the form after fuse() (a convolution in place of rbr_dense) and the deployed form
// (rbr_reparam).
ValueId lower_rep_vgg(Lowering& lowering, const Module& module, const Values& inputs);

}  // namespace linnet::converter::torch
