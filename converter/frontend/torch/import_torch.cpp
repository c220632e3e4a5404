// import_torch(): finds the model in a checkpoint and walks its layers.
#include <algorithm>

#include "converter/error.h"
#include "converter/frontend/torch/checkpoint_file.h"
#include "converter/frontend/torch/detect_head.h"
#include "converter/frontend/torch/quote.h"
#include "model/format.h"

namespace linnet::converter {
namespace torch {
namespace {

constexpr int kDefaultSize = 320;

[[noreturn]] void fail_no_model(const PickleValue& root) {
  const bool tensors =
      root.is(PickleKind::dict) && root.items.size() >= 2 && is_tensor(root.items[1]);
  const PickleValue* model = find(&root, "model");
  const bool inner = model != nullptr && model->is(PickleKind::dict);
  if (tensors || inner || find(&root, "state_dict") != nullptr) {
    throw ConvertError("",
                       "this file holds only weights (a state_dict), not the network; save the "
                       "whole model, as train.py does: torch.save({'model': model}, 'best.pt')");
  }
  throw ConvertError("",
                     "expected a model, or a dictionary with 'model' or 'ema', as train.py saves "
                     "it; found " +
                         std::string(pickle_kind_name(root.kind)) +
                         (root.is(PickleKind::object) ? " of " + quote(global_path(&root)) : ""));
}

// The averaged model, given as itself, as (model, updates) or as the object that averages.
const PickleValue* find_ema(const PickleValue* value) {
  if (value == nullptr || is_module(value)) return value;
  if (value->is_sequence() && !value->items.empty() && is_module(value->items[0])) {
    return value->items[0];
  }
  if (value->is(PickleKind::object)) {
    if (const PickleValue* inner = find(value->state, "ema"); is_module(inner)) return inner;
  }
  return nullptr;
}

struct Chosen {
  Module model;
  std::string note;
};

Chosen choose_model(const PickleValue& root) {
  if (is_module(&root)) return {Module(&root, ""), "weights: the saved model"};
  if (const PickleValue* ema = find_ema(find(&root, "ema")); is_module(ema)) {
    return {Module(ema, ""), "weights: 'ema', the averaged model of the checkpoint"};
  }
  if (const PickleValue* model = find(&root, "model"); is_module(model)) {
    return {Module(model, ""), "weights: 'model' of the checkpoint"};
  }
  fail_no_model(root);
}

// Takes the network out of DataParallel, autoShape and Ensemble.
Module unwrap(Module model) {
  constexpr int kMaxWrappers = 4;
  for (int i = 0; i < kMaxWrappers; ++i) {
    const std::string_view name = model.class_name();
    if (name == "DataParallel" || name == "DistributedDataParallel") {
      model = model.child("module");
    } else if (name == "autoShape" || name == "AutoShape") {
      model = model.child("model");
    } else if (name == "Ensemble") {
      if (model.children().size() != 1) {
        model.fail("expected an ensemble of one model; convert each model by itself");
      }
      model = model.children()[0].second;
    }
  }
  return model;
}

// Where a layer's inputs come from: its attribute f, counted from the start, or back from it.
Values layer_inputs(const Module& layer, ValueId previous, const Values& outputs) {
  const PickleValue* from = layer.attribute("f");
  std::optional<std::vector<int64_t>> indices = as_integers(from);
  if (const std::optional<int64_t> one = as_integer(from)) indices = {*one};
  if (!indices || indices->empty()) {
    layer.fail(
        "expected the attribute 'f' (from which layers it reads), as models/yolo.py sets it");
  }
  Values inputs;
  const auto count = static_cast<int64_t>(outputs.size());
  for (const int64_t index : *indices) {
    const int64_t absolute = index < 0 ? count + index : index;
    if (index == -1) {
      inputs.push_back(previous);
    } else if (absolute >= 0 && absolute < count) {
      inputs.push_back(outputs[static_cast<size_t>(absolute)]);
    } else {
      layer.fail("expected to read from an earlier layer, found " + std::to_string(index));
    }
  }
  return inputs;
}

// Returns the Detect layer.
Module lower_layers(Lowering& lowering, const Module& model, Graph* graph) {
  if (!model.has_child("model"))
    model.fail("expected its layers in 'model', as models/yolo.py has");
  Values outputs;
  ValueId previous = graph->input;
  for (const auto& [name, layer] : model.child("model").children()) {
    const Values inputs = layer_inputs(layer, previous, outputs);
    if (is_detect_layer(layer)) {
      lower_detect(lowering, layer, model, inputs, graph);
      return layer;  // what follows is NMS
    }
    previous = lowering.lower(layer, inputs);
    outputs.push_back(previous);
  }
  model.fail("expected a Detect layer, found none");
}

// The size that it was trained for, if the checkpoint says so: opt.imgsz or opt.img_size.
int training_size(const PickleValue& root) {
  const PickleValue* options = find(&root, "opt");
  if (options != nullptr && options->is(PickleKind::object)) options = options->state;
  for (const PickleValue* dict : {options, &root}) {
    for (const char* name : {"imgsz", "img_size"}) {
      const PickleValue* value = find(dict, name);
      if (value != nullptr && value->is_sequence() && !value->items.empty()) {
        value = value->items[0];
      }
      const std::optional<int64_t> size = as_integer(value);
      if (size && *size >= 32 && *size <= format::kMaxExtent) return static_cast<int>(*size);
    }
  }
  return 0;
}

void set_native_size(const ImportOptions& options, const PickleValue& root, Graph* graph) {
  int stride = 32;
  for (const Head& head : graph->heads) stride = std::max(stride, head.stride);
  const int trained = training_size(root);
  const int size = ((trained == 0 ? kDefaultSize : trained) + stride - 1) / stride * stride;
  graph->native_height = options.height > 0 ? options.height : size;
  graph->native_width = options.width > 0 ? options.width : size;
}

// Strides that the checkpoint does not have, from the sizes of the grids.
void derive_strides(Graph* graph) {
  for (Head& head : graph->heads) {
    const int rows = graph->values[static_cast<size_t>(head.value)].shape.height;
    if (head.stride == 0) head.stride = graph->native_height / rows;
  }
}

void describe_network(const Module& model, Graph* graph) {
  const PickleValue* yaml = model.attribute("yaml_file");
  if (yaml != nullptr && yaml->is(PickleKind::text)) {
    graph->notes.push_back("network: " + quote(yaml->text));
  }
}

}  // namespace
}  // namespace torch

Graph import_torch(Bytes file, const ImportOptions& options) {
  const torch::CheckpointFile checkpoint = torch::open_checkpoint(file);
  const torch::PickleValue& root = *checkpoint.pickle.root;
  const torch::Chosen chosen = torch::choose_model(root);
  const torch::Module model = torch::unwrap(chosen.model);

  Graph graph;
  graph.source = "torch";
  graph.notes.push_back(chosen.note);
  torch::describe_network(model, &graph);
  graph.input = graph.add_value("images");
  torch::TensorReader tensors(checkpoint.storages.get(), checkpoint.big_endian, file.size());
  torch::Lowering lowering(&graph, &tensors);
  const torch::Module detect = torch::lower_layers(lowering, model, &graph);
  graph.source_nodes = static_cast<int>(graph.nodes.size());
  graph.class_names = torch::read_class_names(model, graph.class_count);
  if (!graph.class_names.empty()) graph.names_origin = Origin::file;
  torch::set_native_size(options, root, &graph);
  infer_shapes(&graph);
  torch::derive_strides(&graph);
  torch::set_anchors(lowering, detect, model, &graph);
  return graph;
}

}  // namespace linnet::converter
