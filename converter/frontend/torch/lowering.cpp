#include "converter/frontend/torch/lowering.h"

#include <algorithm>

#include "converter/error.h"
#include "converter/frontend/torch/quote.h"
#include "model/format.h"

namespace linnet::converter::torch {
namespace {

// Far above any detector; they bound time and stack for a damaged module tree.
constexpr int kMaxDepth = 64, kMaxVisits = 10000;
constexpr size_t kMaxNodes = 4096;

bool contains_word(std::string_view words, std::string_view word) {
  size_t begin = 0;
  while (begin < words.size()) {
    const size_t end = std::min(words.find(' ', begin), words.size());
    if (words.substr(begin, end - begin) == word) return true;
    begin = end + 1;
  }
  return false;
}

// fuse() replaces forward() of an instance by the same without the batch norm, which is then gone.
bool is_known_forward(const PickleValue* forward) {
  const PickleValue* name = argument(forward, 1);
  if (name == nullptr || !name->is(PickleKind::text) || global_name(forward) != "getattr") {
    return false;
  }
  return contains_word("forward fuseforward forward_fuse fusevggforward", name->text);
}

}  // namespace

Lowering::Lowering(Graph* graph, TensorReader* tensors)
    : graph_(graph), tensors_(tensors), torch_layers_(torch_layers()), blocks_(yolov5_blocks()) {
  for (const KnownClass& known : lite_blocks()) blocks_.push_back(known);
  channels_.assign(graph->values.size(), 3);
}

const KnownClass* Lowering::find_class(const Module& module) const {
  const std::vector<KnownClass>& table = module.is_torch_nn() ? torch_layers_ : blocks_;
  for (const KnownClass& known : table) {
    if (known.name == module.class_name()) return &known;
  }
  return nullptr;
}

void Lowering::fail_unknown(const Module& module) const {
  std::string supported;
  for (const std::vector<KnownClass>* table : {&blocks_, &torch_layers_}) {
    for (const KnownClass& known : *table) {
      supported += (supported.empty() ? "" : ", ") + std::string(known.name);
    }
  }
  module.fail("this class is not supported (a checkpoint holds no code); supported are " +
              supported + "; other networks can be converted from their ONNX export");
}

void Lowering::check_class(const Module& module, const KnownClass& known, size_t inputs) const {
  if (inputs != 1 && !known.many_inputs) {
    module.fail("expected one input, found " + std::to_string(inputs));
  }
  if (const PickleValue* forward = module.attribute("forward");
      forward != nullptr && !is_known_forward(forward)) {
    module.fail("its forward() was replaced; save the model before that");
  }
  for (const auto& [name, child] : module.children()) {
    if (known.children != "*" && !contains_word(known.children, name)) {
      module.fail("has a module " + quote(name) + " that " + std::string(known.name) +
                  " of YOLOv5(-Lite) does not have, so its forward() is not known; convert the "
                  "ONNX export instead");
    }
  }
  for (const std::string_view name : module.parameters()) {
    if (!contains_word(known.parameters, name)) {
      module.fail("has a parameter " + quote(name) + " that " + std::string(known.name) +
                  " does not have (pruning or weight norm in place?); remove it and save again");
    }
  }
}

ValueId Lowering::lower(const Module& module, const Values& inputs) {
  const KnownClass* known = find_class(module);
  if (known == nullptr) fail_unknown(module);
  check_class(module, *known, inputs.size());
  if (++visits_ > kMaxVisits) module.fail("the network has too many modules");
  if (depth_ >= kMaxDepth) module.fail("modules are nested too deeply");
  ++depth_;
  const ValueId output = known->lower(*this, module, inputs);
  --depth_;
  return output;
}

ValueId Lowering::lower_optional(const Module& parent, std::string_view child, ValueId input) {
  return parent.has_child(child) ? lower(parent.child(child), input) : input;
}

Tensor Lowering::tensor(const Module& module, std::string_view name) {
  return tensors_->read(module.tensor(name), module.describe() + ", " + std::string(name));
}

std::vector<float> Lowering::vector(const Module& module, std::string_view name, size_t count) {
  Tensor read = tensor(module, name);
  if (read.values.size() != count) {
    module.fail("expected " + std::to_string(count) + " elements of '" + std::string(name) +
                "', found " + std::to_string(read.values.size()));
  }
  return std::move(read.values);
}

ValueId Lowering::emit(Node node, const std::string& name) {
  if (graph_->nodes.size() >= kMaxNodes) throw ConvertError(quote(name), "too many nodes");
  int64_t channels = this->channels(node.inputs[0]);
  if (node.kind == NodeKind::conv) channels = static_cast<int64_t>(node.bias.size());
  if (node.kind == NodeKind::slice) channels = node.end - node.begin;
  if (node.kind == NodeKind::space_to_depth) channels *= int64_t{node.factor} * node.factor;
  if (node.kind == NodeKind::concat) {
    channels = 0;
    for (const ValueId input : node.inputs) channels += this->channels(input);
  }
  if (channels > format::kMaxChannels) {
    throw ConvertError(quote(name), "expected at most " + std::to_string(format::kMaxChannels) +
                                        " channels, found " + std::to_string(channels));
  }
  node.name = name;
  const ValueId output = graph_->add_node(std::move(node), name);
  channels_.resize(static_cast<size_t>(output) + 1, 0);
  channels_[static_cast<size_t>(output)] = static_cast<int>(channels);
  return output;
}

namespace {

Node node_of(NodeKind kind, Values inputs) {
  Node node;
  node.kind = kind;
  node.inputs = std::move(inputs);
  return node;
}

}  // namespace

ValueId Lowering::conv(const std::string& name, ValueId input, const Window& window, int groups,
                       std::vector<float> weights, std::vector<float> bias) {
  Node node = node_of(NodeKind::conv, {input});
  node.window = window;
  node.groups = groups;
  node.weights = std::move(weights);
  node.bias = std::move(bias);
  return emit(std::move(node), name);
}

ValueId Lowering::affine(const std::string& name, ValueId input, std::vector<float> scale,
                         std::vector<float> shift) {
  Node node = node_of(NodeKind::affine, {input});
  node.weights = std::move(scale);
  node.bias = std::move(shift);
  return emit(std::move(node), name);
}

ValueId Lowering::activation(const std::string& name, ValueId input, Activation kind, float alpha) {
  Node node = node_of(NodeKind::activation, {input});
  node.activation = kind;
  node.alpha = alpha;
  return emit(std::move(node), name);
}

ValueId Lowering::max_pool(const std::string& name, ValueId input, const Window& window) {
  Node node = node_of(NodeKind::max_pool, {input});
  node.window = window;
  return emit(std::move(node), name);
}

ValueId Lowering::global_avg_pool(const std::string& name, ValueId input) {
  return emit(node_of(NodeKind::global_avg_pool, {input}), name);
}

ValueId Lowering::add(const std::string& name, ValueId a, ValueId b) {
  return emit(node_of(NodeKind::add, {a, b}), name);
}

ValueId Lowering::mul(const std::string& name, ValueId a, ValueId b) {
  return emit(node_of(NodeKind::mul, {a, b}), name);
}

ValueId Lowering::concat(const std::string& name, Values inputs) {
  return emit(node_of(NodeKind::concat, std::move(inputs)), name);
}

ValueId Lowering::slice(const std::string& name, ValueId input, int begin, int end) {
  Node node = node_of(NodeKind::slice, {input});
  node.begin = begin;
  node.end = end;
  return emit(std::move(node), name);
}

ValueId Lowering::channel_shuffle(const std::string& name, ValueId input, int groups) {
  Node node = node_of(NodeKind::channel_shuffle, {input});
  node.groups = groups;
  return emit(std::move(node), name);
}

ValueId Lowering::space_to_depth(const std::string& name, ValueId input, int factor) {
  Node node = node_of(NodeKind::space_to_depth, {input});
  node.factor = factor;
  return emit(std::move(node), name);
}

ValueId Lowering::upsample(const std::string& name, ValueId input, int factor) {
  Node node = node_of(NodeKind::upsample, {input});
  node.factor = factor;
  return emit(std::move(node), name);
}

}  // namespace linnet::converter::torch
