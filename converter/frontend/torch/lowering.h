// Turns modules of a checkpoint into nodes of the graph. The file holds no code: what forward() of
// each known class does is written here once, in a table by class name, while everything that an
// instance says about itself (strides, paddings, activations, epsilons, …) is read from it.
#pragma once

#include <string>
#include <vector>

#include "converter/frontend/torch/module.h"
#include "converter/frontend/torch/tensor_reader.h"
#include "converter/ir/graph.h"

namespace linnet::converter::torch {

class Lowering;
using Values = std::vector<ValueId>;

// A class that can be lowered.
struct KnownClass {
  std::string_view name;      // of the class; torch.nn classes are told by is_torch_nn()
  std::string_view children;  // the modules its forward() uses, separated by spaces; "*": any
  ValueId (*lower)(Lowering&, const Module&, const Values& inputs);
  bool many_inputs = false;          // takes a list of feature maps
  std::string_view parameters = "";  // its own, separated by spaces
};
// The tables: layers of PyTorch, blocks of YOLOv5, blocks of YOLOv5-Lite.
std::vector<KnownClass> torch_layers();
std::vector<KnownClass> yolov5_blocks();
std::vector<KnownClass> lite_blocks();

class Lowering {
 public:
  Lowering(Graph* graph, TensorReader* tensors);

  // Emits the nodes of a module and returns its output. Throws ConvertError for a class that is not
  // known, with what is supported, and for modules in it that its forward() does not use as known.
  ValueId lower(const Module& module, const Values& inputs);
  ValueId lower(const Module& module, ValueId input) { return lower(module, Values{input}); }
  // The same for a child that may be missing (fused batch norms, …): then the input itself.
  ValueId lower_optional(const Module& parent, std::string_view child, ValueId input);

  int channels(ValueId value) const { return channels_[static_cast<size_t>(value)]; }
  Tensor tensor(const Module& module, std::string_view name);
  // A tensor that must have `count` elements.
  std::vector<float> vector(const Module& module, std::string_view name, size_t count);

  // Nodes by kind; `name` is the module's path.
  ValueId emit(Node node, const std::string& name);
  ValueId conv(const std::string& name, ValueId input, const Window& window, int groups,
               std::vector<float> weights, std::vector<float> bias);
  ValueId affine(const std::string& name, ValueId input, std::vector<float> scale,
                 std::vector<float> shift);
  ValueId activation(const std::string& name, ValueId input, Activation kind, float alpha = 0);
  ValueId max_pool(const std::string& name, ValueId input, const Window& window);
  ValueId global_avg_pool(const std::string& name, ValueId input);
  ValueId add(const std::string& name, ValueId a, ValueId b);
  ValueId mul(const std::string& name, ValueId a, ValueId b);
  ValueId concat(const std::string& name, Values inputs);
  ValueId slice(const std::string& name, ValueId input, int begin, int end);
  ValueId channel_shuffle(const std::string& name, ValueId input, int groups);
  ValueId space_to_depth(const std::string& name, ValueId input, int factor);
  ValueId upsample(const std::string& name, ValueId input, int factor);

 private:
  const KnownClass* find_class(const Module& module) const;
  void check_class(const Module& module, const KnownClass& known, size_t inputs) const;
  [[noreturn]] void fail_unknown(const Module& module) const;

  Graph* graph_;
  TensorReader* tensors_;
  std::vector<KnownClass> torch_layers_, blocks_;
  std::vector<int> channels_;  // of each value
  int depth_ = 0, visits_ = 0;
};

// The scale and shift that a BatchNorm2d applies in evaluation, in double.
struct BatchNorm {
  std::vector<double> scale, shift;
};
BatchNorm read_batch_norm(Lowering& lowering, const Module& module);

// Weights and bias of a Conv2d.
struct Convolution {
  Window window;
  int groups = 1;
  int inputs = 0, outputs = 0;       // channels
  std::vector<float> weights, bias;  // OIHW; bias zero if it has none
};
Convolution read_convolution(Lowering& lowering, const Module& module);

}  // namespace linnet::converter::torch
