#include "converter/frontend/ncnn/importer.h"

#include <algorithm>

#include "converter/error.h"

namespace linnet::converter {
namespace ncnn {
namespace {

constexpr int kDefaultExtent = 320;
constexpr size_t kMaxRepeatedFloats = size_t{1} << 22;

}  // namespace

void unsupported(const Layer& layer, const std::string& what, const std::string& supported) {
  throw ConvertError(layer.describe(), what + " is not supported; supported: " + supported);
}

Importer::Importer(Bytes param, Bytes bin, const ImportOptions& options)
    : layers_(parse_param(param)), weights_(bin), options_(options) {}

Graph Importer::run() {
  graph_.source = "ncnn";
  graph_.source_nodes = static_cast<int>(layers_.size());
  for (const Layer& layer : layers_) import(layer);
  weights_.finish();
  find_heads();
  set_classes();
  if (weights_.has_half()) graph_.notes.push_back("fp16 weights were widened to float");
  infer_shapes(&graph_);
  set_strides();
  return std::move(graph_);
}

void Importer::import(const Layer& layer) {
  if (layer.inputs.empty() && layer.type != "Input" && layer.type != "MemoryData") {
    throw ConvertError(layer.describe(), "expected an input, found none");
  }
  if (layer.outputs.empty()) throw ConvertError(layer.describe(), "expected an output, found none");
  if (import_tail(layer)) return;
  for (const Row& row : handlers()) {
    if (layer.type == row.type) return (this->*row.handler)(layer);
  }
  std::string known;
  for (const Row& row : handlers()) known += (known.empty() ? "" : ", ") + std::string(row.type);
  unsupported(layer, "this layer type", known);
}

std::span<const Importer::Row> Importer::handlers() {
  static constexpr Row kRows[] = {
      {"Input", &Importer::input},
      {"Split", &Importer::split},
      {"Convolution", &Importer::convolution},
      {"ConvolutionDepthWise", &Importer::convolution},
      {"InnerProduct", &Importer::inner_product},
      {"Pooling", &Importer::pooling},
      {"Reduction", &Importer::reduction},
      {"Padding", &Importer::padding},
      {"Concat", &Importer::concat},
      {"Crop", &Importer::crop},
      {"Slice", &Importer::slice},
      {"ShuffleChannel", &Importer::shuffle},
      {"Interp", &Importer::interp},
      {"Reorg", &Importer::reorg},
      {"YoloV5Focus", &Importer::focus},
      {"BinaryOp", &Importer::binary_op},
      {"Eltwise", &Importer::eltwise},
      {"ReLU", &Importer::activation},
      {"Clip", &Importer::activation},
      {"Swish", &Importer::activation},
      {"Sigmoid", &Importer::activation},
      {"HardSwish", &Importer::hard_activation},
      {"HardSigmoid", &Importer::hard_activation},
      {"BatchNorm", &Importer::batch_norm},
      {"Scale", &Importer::scale},
      {"MemoryData", &Importer::memory_data},
      {"Dropout", &Importer::alias},
      {"Noop", &Importer::alias},
      {"Cast", &Importer::alias},
      {"Reshape", &Importer::vector_alias},
      {"Flatten", &Importer::vector_alias},
      {"Squeeze", &Importer::vector_alias},
      {"ExpandDims", &Importer::vector_alias},
  };
  return kRows;
}

const Blob& Importer::read_any(const Layer& layer, size_t index) {
  if (index >= layer.inputs.size()) {
    throw ConvertError(layer.describe(), "expected at least " + std::to_string(index + 1) +
                                             " inputs, found " +
                                             std::to_string(layer.inputs.size()));
  }
  const auto found = blobs_.find(layer.inputs[index]);
  if (found == blobs_.end()) {
    throw ConvertError(layer.describe(),
                       "reads blob '" + layer.inputs[index] + "', which no earlier layer makes");
  }
  return found->second;
}

Blob Importer::read(const Layer& layer, size_t index) {
  const Blob& blob = read_any(layer, index);
  if (blob.is_constant()) {
    unsupported(layer, "a constant input ('" + layer.inputs[index] + "')",
                "constants as input of BinaryOp");
  }
  if (blob.border != Border{}) {
    unsupported(layer, "a padded input", "Padding in front of convolutions");
  }
  return blob;
}

void Importer::define(const Layer& layer, const std::string& name, Blob blob) {
  if (!blobs_.emplace(name, std::move(blob)).second) {
    throw ConvertError(layer.describe(), "blob '" + name + "' is made twice");
  }
}

ValueId Importer::add_hidden(const Layer& layer, Node node, const std::string& value_name) {
  node.name = layer.name;
  bool vector = node.kind == NodeKind::global_avg_pool;
  if (node.kind != NodeKind::upsample && !vector) {
    vector = std::all_of(node.inputs.begin(), node.inputs.end(),
                         [this](ValueId id) { return vectors_[static_cast<size_t>(id)]; });
  }
  vectors_.push_back(vector);
  return graph_.add_node(std::move(node), value_name);
}

ValueId Importer::add(const Layer& layer, Node node, int channels) {
  const ValueId value = add_hidden(layer, std::move(node), layer.outputs[0]);
  Blob blob;
  blob.value = value;
  blob.channels = channels;
  define(layer, layer.outputs[0], std::move(blob));
  return value;
}

Node Importer::unary(NodeKind kind, const Blob& in) {
  Node node;
  node.kind = kind;
  node.inputs = {in.value};
  return node;
}

bool Importer::is_vector(const Blob& blob) const {
  return blob.value != kNoValue && vectors_[static_cast<size_t>(blob.value)];
}

std::vector<float> Importer::repeated(const Layer& layer, float value, int channels) {
  repeated_floats_ += static_cast<size_t>(channels);
  if (repeated_floats_ > kMaxRepeatedFloats) {
    throw ConvertError(layer.describe(), "the network has too many operations with constants");
  }
  return std::vector<float>(static_cast<size_t>(channels), value);
}

void Importer::input(const Layer& layer) {
  if (graph_.input != kNoValue)
    throw ConvertError(layer.describe(), "expected one input, found two");
  const int extent_cap = static_cast<int>(format::kMaxExtent);
  const int width = layer.integer(0, 0, 0, extent_cap);
  const int height = layer.integer(1, 0, 0, extent_cap);
  const int channels = layer.integer(2, 3, 0, kMaxChannels);
  if (channels != 3 && channels != 0) {
    throw ConvertError(layer.describe(), "expected 3 channels, found " + std::to_string(channels));
  }
  const auto pick = [](int file, int option) {
    if (file != 0) return file;
    return option != 0 ? option : kDefaultExtent;
  };
  graph_.native_height = pick(height, options_.height);
  graph_.native_width = pick(width, options_.width);
  graph_.input = graph_.add_value(layer.outputs[0]);
  vectors_.push_back(false);
  Blob blob;
  blob.value = graph_.input;
  blob.channels = 3;
  define(layer, layer.outputs[0], std::move(blob));
}

void Importer::split(const Layer& layer) {
  const Blob blob = read_any(layer, 0);
  for (const std::string& name : layer.outputs) define(layer, name, blob);
}

void Importer::alias(const Layer& layer) {
  define(layer, layer.outputs[0], read(layer, 0));
}

// Squeeze-and-excitation reshapes its pooled vector between C and Cx1x1.
void Importer::vector_alias(const Layer& layer) {
  const Blob in = read(layer, 0);
  if (!is_vector(in)) unsupported(layer, "reshaping a feature map", "reshaping pooled vectors");
  define(layer, layer.outputs[0], in);
}

}  // namespace ncnn

Graph import_ncnn(Bytes param, Bytes bin, const ImportOptions& options) {
  return ncnn::Importer(param, bin, options).run();
}

}  // namespace linnet::converter
