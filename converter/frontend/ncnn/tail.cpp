// Where the network ends: three head convolutions, and behind them reshaping and decoding, which
// the engine does itself.
#include <algorithm>

#include "converter/error.h"
#include "converter/frontend/ncnn/importer.h"

namespace linnet::converter::ncnn {
namespace {

constexpr int kDefaultAnchors = 3;
constexpr int kBoxValues = 5;  // x, y, width, height, objectness

constexpr char kMovedAxes[] =
    "Reshape and Permute behind the heads only (channel shuffles are ShuffleChannel layers, as "
    "ncnnoptimize makes them)";

bool has_weights(const Layer& layer) {
  for (const char* type : {"Convolution", "ConvolutionDepthWise", "InnerProduct", "BatchNorm"}) {
    if (layer.type == type) return true;
  }
  return false;
}

// Anchors a cell if the layer splits channels into anchors and values, else 0. Reshape is
// 0=width 1=height 11=depth 2=channels; the anchors come first.
int anchors_of(const Layer& layer, int channels) {
  const int anchors = layer.type == "Reshape" ? layer.integer(2, 0, kRest, kMaxChannels) : 0;
  return anchors > 0 && channels % anchors == 0 ? anchors : 0;
}

}  // namespace

bool Importer::starts_tail(const Layer& layer, const Blob& in) const {
  const bool reshapes =
      layer.type == "Reshape" || layer.type == "Permute" || layer.type == "Flatten";
  return reshapes && in.value != kNoValue && !is_vector(in);
}

// True if the layer belongs to the tail, which is cut off.
bool Importer::import_tail(const Layer& layer) {
  if (layer.inputs.empty() || layer.type == "Split") return false;
  bool any_tail = false, any_value = false;
  for (const std::string& name : layer.inputs) {
    const auto found = blobs_.find(name);
    if (found == blobs_.end()) continue;
    any_tail |= found->second.is_tail;
    any_value |= !found->second.is_tail && !found->second.is_constant();
  }
  if (any_tail && any_value) {
    throw ConvertError(layer.describe(), "mixes the network's features with decoded heads");
  }
  Blob tail;
  tail.is_tail = true;
  if (any_tail && has_weights(layer)) {
    unsupported(layer, "a layer with weights behind a Reshape or Permute", kMovedAxes);
  }
  if (!any_tail) {
    const auto found = blobs_.find(layer.inputs[0]);
    if (found == blobs_.end() || !starts_tail(layer, found->second)) return false;
    const Blob in = read(layer, 0);
    const ValueId logits = logits_of(in.value);
    if (logits == kNoValue) {
      unsupported(layer, "moving the axes of something else than a head convolution's output",
                  kMovedAxes);
    }
    add_head(logits, anchors_of(layer, in.channels));
  }
  for (size_t i = any_tail ? 0 : 1; i < layer.inputs.size(); ++i) (void)read_any(layer, i);
  for (const std::string& name : layer.outputs) define(layer, name, tail);
  return true;
}

// The head convolution's own output: exports may have a sigmoid behind it, fused or not. kNoValue
// if no convolution makes `value`.
ValueId Importer::logits_of(ValueId value) {
  const auto made = [this](ValueId id) {
    return std::find_if(graph_.nodes.begin(), graph_.nodes.end(),
                        [id](const Node& node) { return node.output == id; });
  };
  auto node = made(value);
  if (node != graph_.nodes.end() && node->kind == NodeKind::activation &&
      node->activation == Activation::sigmoid) {
    value = node->inputs[0];
    node = made(value);
  }
  if (node == graph_.nodes.end() || node->kind != NodeKind::conv) return kNoValue;
  if (node->activation == Activation::sigmoid) node->activation = Activation::none;
  return value;
}

void Importer::add_head(ValueId value, int anchors) {
  for (const Head& head : graph_.heads) {
    if (head.value == value) return;
  }
  Head head;
  head.value = value;
  graph_.heads.push_back(head);
  head_anchors_.push_back(anchors);
}

// Without a tail the heads are what no node reads.
void Importer::find_heads() {
  if (graph_.heads.empty()) {
    std::vector<bool> is_read(graph_.values.size());
    for (const Node& node : graph_.nodes) {
      for (const ValueId input : node.inputs) is_read[static_cast<size_t>(input)] = true;
    }
    for (size_t value = 0; value < is_read.size(); ++value) {
      const ValueId logits = is_read[value] ? kNoValue : logits_of(static_cast<ValueId>(value));
      if (logits != kNoValue) add_head(logits, 0);
    }
  }
  if (graph_.heads.size() != format::kHeads) {
    throw ConvertError(
        "", "expected 3 detection heads (convolutions that a Reshape or nothing follows), found " +
                std::to_string(graph_.heads.size()) + "; is this a YOLOv5-Lite detector?");
  }
}

void Importer::set_classes() {
  bool assumed = false;
  for (size_t i = 0; i < graph_.heads.size(); ++i) {
    const ValueId value = graph_.heads[i].value;
    const auto channels = static_cast<int>(graph_.producer(value)->bias.size());
    assumed |= head_anchors_[i] == 0;
    const int anchors = head_anchors_[i] == 0 ? kDefaultAnchors : head_anchors_[i];
    const int classes = channels / anchors - kBoxValues;
    if (i == 0) graph_.class_count = classes;
    if (channels % anchors != 0 || classes < 1 || classes != graph_.class_count) {
      throw ConvertError("head '" + graph_.values[static_cast<size_t>(value)].name + "'",
                         "expected anchors x (5 + classes) channels, the same classes in all "
                         "heads, found " +
                             std::to_string(channels) + " channels and " + std::to_string(anchors) +
                             " anchors");
    }
  }
  if (assumed) {
    graph_.notes.push_back("the file does not say how many anchors a cell has: 3 were assumed");
  }
}

void Importer::set_strides() {
  for (Head& head : graph_.heads) {
    const Shape& shape = graph_.values[static_cast<size_t>(head.value)].shape;
    head.stride = graph_.native_height / std::max(1, shape.height);
  }
  std::stable_sort(graph_.heads.begin(), graph_.heads.end(),
                   [](const Head& a, const Head& b) { return a.stride < b.stride; });
}

}  // namespace linnet::converter::ncnn
