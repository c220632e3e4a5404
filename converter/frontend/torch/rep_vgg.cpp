#include "converter/frontend/torch/rep_vgg.h"

namespace linnet::converter::torch {
namespace {

// The sum of the branches, in double.
struct Kernel {
  Convolution shape;  // window, groups and channels of the large convolution
  std::vector<double> weights, bias;

  size_t taps() const {
    return static_cast<size_t>(shape.window.kernel_h) * static_cast<size_t>(shape.window.kernel_w);
  }
  size_t center() const { return taps() / 2; }
  size_t group_inputs() const { return static_cast<size_t>(shape.inputs / shape.groups); }
};

struct Branch {
  Convolution conv;
  BatchNorm norm;
};

Branch read_branch(Lowering& lowering, const Module& module) {
  Branch branch = {read_convolution(lowering, module.child("conv")),
                   read_batch_norm(lowering, module.child("bn"))};
  if (static_cast<int>(branch.norm.scale.size()) != branch.conv.outputs) {
    module.fail("expected a batch norm of " + std::to_string(branch.conv.outputs) + " channels");
  }
  return branch;
}

Kernel start(const Module& module, const Branch& dense) {
  const Window& w = dense.conv.window;
  const bool centered = w.kernel_h % 2 == 1 && w.kernel_w == w.kernel_h && w.dilation_h == 1 &&
                        w.dilation_w == 1 && w.pad_top == w.kernel_h / 2 &&
                        w.pad_left == w.kernel_w / 2 && w.pad_bottom == w.pad_top &&
                        w.pad_right == w.pad_left;
  if (!centered) module.fail("expected a padding of half its odd kernel, and no dilation");
  Kernel kernel;
  kernel.shape = dense.conv;
  for (size_t o = 0; o < dense.norm.scale.size(); ++o) {
    const size_t count = kernel.group_inputs() * kernel.taps();
    for (size_t i = 0; i < count; ++i) {
      kernel.weights.push_back(dense.conv.weights[o * count + i] * dense.norm.scale[o]);
    }
    kernel.bias.push_back(dense.conv.bias[o] * dense.norm.scale[o] + dense.norm.shift[o]);
  }
  return kernel;
}

void add_pointwise(const Module& module, const Branch& branch, Kernel* kernel) {
  Window expected;
  expected.stride_h = kernel->shape.window.stride_h;
  expected.stride_w = kernel->shape.window.stride_w;
  if (branch.conv.window != expected || branch.conv.groups != kernel->shape.groups ||
      branch.conv.inputs != kernel->shape.inputs || branch.conv.outputs != kernel->shape.outputs) {
    module.fail("expected 'rbr_1x1' with the channels, groups and stride of 'rbr_dense'");
  }
  const size_t inputs = kernel->group_inputs();
  for (size_t o = 0; o < kernel->bias.size(); ++o) {
    const double scale = branch.norm.scale[o];
    for (size_t i = 0; i < inputs; ++i) {
      kernel->weights[(o * inputs + i) * kernel->taps() + kernel->center()] +=
          branch.conv.weights[o * inputs + i] * scale;
    }
    kernel->bias[o] += branch.conv.bias[o] * scale + branch.norm.shift[o];
  }
}

void add_identity(const Module& module, const BatchNorm& norm, Kernel* kernel) {
  const Window& w = kernel->shape.window;
  if (norm.scale.size() != kernel->bias.size() || kernel->shape.inputs != kernel->shape.outputs ||
      w.stride_h != 1 || w.stride_w != 1) {
    module.fail("expected 'rbr_identity' only where input and output have the same shape");
  }
  const size_t inputs = kernel->group_inputs();
  for (size_t o = 0; o < kernel->bias.size(); ++o) {
    kernel->weights[(o * inputs + o % inputs) * kernel->taps() + kernel->center()] += norm.scale[o];
    kernel->bias[o] += norm.shift[o];
  }
}

ValueId lower_training_form(Lowering& lowering, const Module& module, ValueId input) {
  Kernel kernel = start(module, read_branch(lowering, module.child("rbr_dense")));
  if (kernel.shape.inputs != lowering.channels(input)) {
    module.fail("expected " + std::to_string(kernel.shape.inputs) + " input channels, found " +
                std::to_string(lowering.channels(input)));
  }
  add_pointwise(module, read_branch(lowering, module.child("rbr_1x1")), &kernel);
  if (module.has_child("rbr_identity")) {
    add_identity(module, read_batch_norm(lowering, module.child("rbr_identity")), &kernel);
  }
  return lowering.conv(module.path(), input, kernel.shape.window, kernel.shape.groups,
                       {kernel.weights.begin(), kernel.weights.end()},
                       {kernel.bias.begin(), kernel.bias.end()});
}

}  // namespace

ValueId lower_rep_vgg(Lowering& lowering, const Module& module, const Values& inputs) {
  ValueId value = inputs[0];
  bool gate = true;
  if (module.has_child("rbr_reparam")) {
    value = lowering.lower(module.child("rbr_reparam"), value);
  } else if (module.has_child("rbr_1x1")) {
    value = lower_training_form(lowering, module, value);
  } else {
    // After fuse(), forward() is nonlinearity(rbr_dense(x)): without the gate, even if it is there.
    value = lowering.lower(module.child("rbr_dense"), value);
    gate = false;
  }
  if (gate) value = lowering.lower_optional(module, "se", value);
  return lowering.lower(module.child("nonlinearity"), value);
}

}  // namespace linnet::converter::torch
