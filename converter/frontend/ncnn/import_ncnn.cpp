// ncnn layers to graph nodes. Layer parameters: https://github.com/Tencent/ncnn/wiki/operators and
// src/layer/*.cpp there.
#include <algorithm>
#include <cmath>

#include "converter/error.h"
#include "converter/frontend/frontend.h"
#include "converter/frontend/ncnn/param_file.h"
#include "converter/frontend/ncnn/weight_reader.h"
#include "model/format.h"

namespace linnet::converter {
namespace ncnn {
namespace {

constexpr int kMaxChannels = static_cast<int>(format::kMaxChannels);
constexpr int kMaxKernel = static_cast<int>(format::kMaxKernel);
constexpr int kSameUpper = -233, kSameLower = -234;
constexpr int kDefaultExtent = 320;

[[noreturn]] void unsupported(const Layer& layer, const std::string& what,
                              const std::string& supported) {
  throw ConvertError(layer.describe(), what + " is not supported; supported: " + supported);
}

// What a blob name stands for.
struct Blob {
  ValueId value = kNoValue;
  int channels = 0;
  bool is_tail = false;  // behind a head: reshaped logits, decoding
  int per_anchor = 0;    // tail: values per anchor, if the reshape says
  int readers = 0;
};

class Importer {
 public:
  Importer(Bytes param, Bytes bin, const ImportOptions& options)
      : layers_(parse_param(param)), weights_(bin), options_(options) {}

  Graph run() {
    graph_.source = "ncnn";
    graph_.source_nodes = static_cast<int>(layers_.size());
    for (const Layer& layer : layers_) import(layer);
    weights_.finish();
    find_heads();
    if (weights_.has_int8()) graph_.notes.push_back("int8 weights were dequantized to float");
    if (weights_.has_half()) graph_.notes.push_back("fp16 weights were widened to float");
    infer_shapes(&graph_);
    set_strides();
    return std::move(graph_);
  }

 private:
  using Handler = void (Importer::*)(const Layer&);
  struct Row {
    const char* type;
    Handler handler;
  };
  static std::span<const Row> handlers();

  void import(const Layer& layer) {
    if (layer.type != "Input" && layer.inputs.empty()) {
      throw ConvertError(layer.describe(), "expected an input, found none");
    }
    if (layer.outputs.empty())
      throw ConvertError(layer.describe(), "expected an output, found none");
    if (import_tail(layer)) return;
    for (const Row& row : handlers()) {
      if (layer.type == row.type) return (this->*row.handler)(layer);
    }
    std::string known;
    for (const Row& row : handlers()) known += (known.empty() ? "" : ", ") + std::string(row.type);
    unsupported(layer, "this layer type", known);
  }

  // --- blobs ---------------------------------------------------------------------------------

  const Blob& read(const Layer& layer, size_t index) {
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
    ++found->second.readers;
    return found->second;
  }

  void define(const Layer& layer, const std::string& name, const Blob& blob) {
    Blob fresh = blob;
    fresh.readers = 0;
    if (!blobs_.emplace(name, fresh).second) {
      throw ConvertError(layer.describe(), "blob '" + name + "' is made twice");
    }
  }

  ValueId add(const Layer& layer, Node node, int channels) {
    node.name = layer.name;
    const ValueId value = graph_.add_node(std::move(node), layer.outputs[0]);
    define(layer, layer.outputs[0], {value, channels, false, 0, 0});
    return value;
  }

  Node unary(const Layer& layer, NodeKind kind, const Blob& in) {
    (void)layer;
    Node node;
    node.kind = kind;
    node.inputs = {in.value};
    return node;
  }

  // --- the tail behind the heads ---------------------------------------------------------------

  // True if the layer belongs to the tail, which is cut off: a Reshape of the logits and all that
  // follows.
  bool import_tail(const Layer& layer) {
    if (layer.type == "Input" || layer.type == "Split") return false;
    bool any_tail = false, all_tail = true;
    for (const std::string& name : layer.inputs) {
      const auto found = blobs_.find(name);
      const bool tail = found != blobs_.end() && found->second.is_tail;
      any_tail |= tail;
      all_tail &= tail;
    }
    const bool starts = layer.type == "Reshape" && !any_tail;
    if (!any_tail && !starts) return false;
    if (any_tail && !all_tail && layer.type != "MemoryData") {
      throw ConvertError(layer.describe(), "mixes the network's features with decoded heads");
    }
    Blob blob = read(layer, 0);
    for (size_t i = 1; i < layer.inputs.size(); ++i) (void)read(layer, i);
    if (starts) {
      blob.is_tail = true;
      blob.per_anchor = layer.integer(1, 0, -1, kMaxChannels);
      add_head(blob);
    }
    for (const std::string& name : layer.outputs) define(layer, name, blob);
    return true;
  }

  void add_head(const Blob& blob) {
    for (const Head& head : graph_.heads) {
      if (head.value == blob.value) return;
    }
    Head head;
    head.value = blob.value;
    graph_.heads.push_back(head);
    per_anchor_.push_back(blob.per_anchor);
    head_channels_.push_back(blob.channels);
  }

  void find_heads() {
    if (graph_.heads.empty()) {
      for (const Layer& layer : layers_) {
        for (const std::string& name : layer.outputs) {
          const Blob& blob = blobs_.at(name);
          if (blob.readers == 0) add_head(blob);
        }
      }
    }
    if (graph_.heads.size() != format::kHeads) {
      throw ConvertError(
          "",
          "expected 3 detection heads (convolutions that a Reshape or nothing follows), found " +
              std::to_string(graph_.heads.size()) + "; is this a YOLOv5-Lite detector?");
    }
    for (size_t i = 0; i < graph_.heads.size(); ++i) {
      constexpr int kAnchors = 3;
      const int per_anchor = per_anchor_[i] > 5 ? per_anchor_[i] : head_channels_[i] / kAnchors;
      const int classes = per_anchor - 5;
      if (i == 0) graph_.class_count = classes;
      if (classes < 1 || classes != graph_.class_count || head_channels_[i] % per_anchor != 0) {
        throw ConvertError(
            "head '" + graph_.values[static_cast<size_t>(graph_.heads[i].value)].name + "'",
            "expected channels = anchors x (5 + classes), the same classes in all "
            "heads, found " +
                std::to_string(head_channels_[i]) + " channels and " + std::to_string(per_anchor) +
                " values per anchor");
      }
    }
  }

  void set_strides() {
    for (Head& head : graph_.heads) {
      const Shape& shape = graph_.values[static_cast<size_t>(head.value)].shape;
      head.stride = graph_.native_height / std::max(1, shape.height);
    }
  }

  // --- layers --------------------------------------------------------------------------------

  void input(const Layer& layer) {
    if (graph_.input != kNoValue)
      throw ConvertError(layer.describe(), "expected one input, found two");
    const int extent_cap = static_cast<int>(format::kMaxExtent);
    const int width = layer.integer(0, 0, 0, extent_cap);
    const int height = layer.integer(1, 0, 0, extent_cap);
    const int channels = layer.integer(2, 3, 0, kMaxChannels);
    if (channels != 3 && channels != 0) {
      throw ConvertError(layer.describe(),
                         "expected 3 channels, found " + std::to_string(channels));
    }
    const auto pick = [](int file, int option) {
      if (file != 0) return file;
      return option != 0 ? option : kDefaultExtent;
    };
    graph_.native_height = pick(height, options_.height);
    graph_.native_width = pick(width, options_.width);
    graph_.input = graph_.add_value(layer.outputs[0]);
    define(layer, layer.outputs[0], {graph_.input, 3, false, 0, 0});
  }

  void split(const Layer& layer) {
    const Blob blob = read(layer, 0);
    for (const std::string& name : layer.outputs) define(layer, name, blob);
  }

  void alias(const Layer& layer) { define(layer, layer.outputs[0], read(layer, 0)); }

  static int same_padding(int kernel_extent, int stride) {
    // Inputs are multiples of the strides above them, so the remainder is always 0.
    return std::max(0, kernel_extent - stride);
  }

  Window conv_window(const Layer& layer) {
    Window w;
    w.kernel_w = layer.integer(1, 0, 1, kMaxKernel);
    w.kernel_h = layer.integer(11, w.kernel_w, 1, kMaxKernel);
    w.dilation_w = layer.integer(2, 1, 1, static_cast<int>(format::kMaxDilation));
    w.dilation_h = layer.integer(12, w.dilation_w, 1, static_cast<int>(format::kMaxDilation));
    w.stride_w = layer.integer(3, 1, 1, static_cast<int>(format::kMaxStride));
    w.stride_h = layer.integer(13, w.stride_w, 1, static_cast<int>(format::kMaxStride));
    const int left = layer.integer(4, 0, kSameLower, 255);
    if (left == kSameUpper || left == kSameLower) {
      const int x = same_padding(w.dilation_w * (w.kernel_w - 1) + 1, w.stride_w);
      const int y = same_padding(w.dilation_h * (w.kernel_h - 1) + 1, w.stride_h);
      w.pad_left = left == kSameUpper ? x / 2 : x - x / 2;
      w.pad_top = left == kSameUpper ? y / 2 : y - y / 2;
      w.pad_right = x - w.pad_left;
      w.pad_bottom = y - w.pad_top;
      return w;
    }
    w.pad_left = layer.integer(4, 0, 0, 255);
    w.pad_top = layer.integer(14, w.pad_left, 0, 255);
    w.pad_right = layer.integer(15, w.pad_left, 0, 255);
    w.pad_bottom = layer.integer(16, w.pad_top, 0, 255);
    return w;
  }

  void set_activation(const Layer& layer, int type, const std::vector<double>& params, Node* node) {
    const auto param = [&](size_t i, double fallback) {
      return i < params.size() ? params[i] : fallback;
    };
    switch (type) {
      case 0:
        return;
      case 1:
        node->activation = Activation::relu;
        return;
      case 2:
        node->activation = Activation::leaky_relu;
        node->alpha = static_cast<float>(param(0, 0));
        return;
      case 3:
        if (param(0, 0) != 0 || param(1, 0) != 6) unsupported(layer, "a clip", "clip to 0..6");
        node->activation = Activation::relu6;
        return;
      case 4:
        node->activation = Activation::sigmoid;
        return;
      case 6:
        check_hard(layer, param(0, 1.0 / 6), param(1, 0.5));
        node->activation = Activation::hard_swish;
        return;
      default:
        unsupported(layer, "activation_type " + std::to_string(type) + " (parameter 9)",
                    "0 none, 1 ReLU, 2 LeakyReLU, 3 clip, 4 sigmoid, 6 hard-swish");
    }
  }

  static void check_hard(const Layer& layer, double alpha, double beta) {
    if (std::abs(alpha - 1.0 / 6) > 1e-4 || std::abs(beta - 0.5) > 1e-4) {
      unsupported(layer, "a slope and offset other than 1/6 and 0.5", "min(max(x + 3, 0), 6) / 6");
    }
  }

  // Weights, bias and, for int8, scales, in the file's order.
  void read_conv_weights(const Layer& layer, int outputs, int scale_count, Node* node) {
    const int weight_count = layer.integer(6, 0, 1, 1 << 28);
    const bool has_bias = layer.integer(5, 0, 0, 1) != 0;
    const int scale_term = layer.integer(8, 0, 0, 200);
    WeightBlob blob = weights_.tagged(layer, static_cast<size_t>(weight_count));
    node->weights = std::move(blob.values);
    node->bias = has_bias ? weights_.plain(layer, static_cast<size_t>(outputs))
                          : std::vector<float>(static_cast<size_t>(outputs), 0.0f);
    if (scale_term == 0) {
      if (blob.is_int8)
        throw ConvertError(layer.describe(), "has int8 weights but no scales (parameter 8)");
      return;
    }
    const std::vector<float> scales = weights_.plain(layer, static_cast<size_t>(scale_count));
    (void)weights_.plain(layer, 1);                        // of the input: a later issue's
    if (scale_term > 100) (void)weights_.plain(layer, 1);  // of the output
    if (blob.is_int8) dequantize(layer, scales, outputs, &node->weights);
  }

  static void dequantize(const Layer& layer, const std::vector<float>& scales, int outputs,
                         std::vector<float>* weights) {
    const size_t per_output = weights->size() / static_cast<size_t>(outputs);
    for (size_t o = 0; o < static_cast<size_t>(outputs); ++o) {
      const float scale =
          scales[scales.size() == 1 ? 0 : o * scales.size() / static_cast<size_t>(outputs)];
      if (!std::isfinite(scale) || scale < 0) {
        throw ConvertError(layer.describe(),
                           "expected int8 scales that are finite and not negative");
      }
      // ncnn writes scale 0 for a filter that is all zero.
      for (size_t i = 0; i < per_output; ++i) {
        float& weight = (*weights)[o * per_output + i];
        weight = scale == 0 ? 0.0f : weight / scale;
      }
    }
  }

  void convolution(const Layer& layer) {
    const Blob in = read(layer, 0);
    if (layer.integer(19, 0, 0, 1) != 0) unsupported(layer, "dynamic weights", "constant weights");
    if (layer.number(18, 0) != 0) unsupported(layer, "a padding value", "padding with zeros");
    const bool grouped = layer.type == "ConvolutionDepthWise";
    const int outputs = layer.integer(0, 0, 1, kMaxChannels);
    Node node = unary(layer, NodeKind::conv, in);
    node.window = conv_window(layer);
    node.groups = grouped ? layer.integer(7, 1, 1, kMaxChannels) : 1;
    const int scale_term = layer.integer(8, 0, 0, 200);
    const bool one_scale = grouped && scale_term % 100 == 2;
    read_conv_weights(layer, outputs, one_scale ? 1 : (grouped ? node.groups : outputs), &node);
    set_activation(layer, layer.integer(9, 0, 0, 100), layer.array(10), &node);
    add(layer, std::move(node), outputs);
  }

  void inner_product(const Layer& layer) {
    const Blob in = read(layer, 0);
    const int outputs = layer.integer(0, 0, 1, kMaxChannels);
    const int weight_count = layer.integer(2, 0, 1, 1 << 28);
    const bool has_bias = layer.integer(1, 0, 0, 1) != 0;
    if (layer.integer(8, 0, 0, 200) != 0) unsupported(layer, "int8", "float weights");
    Node node = unary(layer, NodeKind::conv, in);
    node.weights = weights_.tagged(layer, static_cast<size_t>(weight_count)).values;
    node.bias = has_bias ? weights_.plain(layer, static_cast<size_t>(outputs))
                         : std::vector<float>(static_cast<size_t>(outputs), 0.0f);
    set_activation(layer, layer.integer(9, 0, 0, 100), layer.array(10), &node);
    add(layer, std::move(node), outputs);
  }

  void pooling(const Layer& layer) {
    const Blob in = read(layer, 0);
    const bool average = layer.integer(0, 0, 0, 1) == 1;
    const bool global = layer.integer(4, 0, 0, 1) == 1;
    const bool adaptive = layer.integer(7, 0, 0, 1) == 1 && layer.integer(8, 0, 0, 8192) == 1;
    if (global || adaptive) {
      if (!average) unsupported(layer, "global max pooling", "global average pooling");
      add(layer, unary(layer, NodeKind::global_avg_pool, in), in.channels);
      return;
    }
    Node node = unary(layer, average ? NodeKind::avg_pool : NodeKind::max_pool, in);
    Window& w = node.window;
    w.kernel_w = layer.integer(1, 0, 1, kMaxKernel);
    w.kernel_h = layer.integer(11, w.kernel_w, 1, kMaxKernel);
    w.stride_w = layer.integer(2, 1, 1, static_cast<int>(format::kMaxStride));
    w.stride_h = layer.integer(12, w.stride_w, 1, static_cast<int>(format::kMaxStride));
    w.pad_left = layer.integer(3, 0, 0, 255);
    w.pad_top = layer.integer(13, w.pad_left, 0, 255);
    w.pad_right = layer.integer(14, w.pad_left, 0, 255);
    w.pad_bottom = layer.integer(15, w.pad_top, 0, 255);
    set_pad_mode(layer, &w);
    node.count_padding = layer.integer(6, 0, 0, 1) == 1;
    add(layer, std::move(node), in.channels);
  }

  static void set_pad_mode(const Layer& layer, Window* w) {
    const int mode = layer.integer(5, 0, 0, 3);
    if (mode == 0 && (w->stride_h != 1 || w->stride_w != 1)) {
      unsupported(layer, "pooling that rounds its size up (parameter 5 = 0)",
                  "5=1 (round down), 5=2 and 5=3 (same)");
    }
    if (mode < 2) return;
    const int x = same_padding(w->kernel_w, w->stride_w);
    const int y = same_padding(w->kernel_h, w->stride_h);
    w->pad_left = mode == 2 ? x / 2 : x - x / 2;
    w->pad_top = mode == 2 ? y / 2 : y - y / 2;
    w->pad_right = x - w->pad_left;
    w->pad_bottom = y - w->pad_top;
  }

  void concat(const Layer& layer) {
    if (layer.integer(0, 0, -3, 3) != 0 && layer.integer(0, 0, -3, 3) != -3) {
      unsupported(layer, "an axis other than channels (parameter 0)", "0=0");
    }
    Node node;
    node.kind = NodeKind::concat;
    int channels = 0;
    for (size_t i = 0; i < layer.inputs.size(); ++i) {
      const Blob& in = read(layer, i);
      node.inputs.push_back(in.value);
      channels = std::min(channels + in.channels, 2 * kMaxChannels);
    }
    add(layer, std::move(node), channels);
  }

  void add_slice(const Layer& layer, const Blob& in, int begin, int end,
                 const std::string& output) {
    Node node = unary(layer, NodeKind::slice, in);
    node.name = layer.name;
    node.begin = begin;
    node.end = end;
    define(layer, output, {graph_.add_node(std::move(node), output), end - begin, false, 0, 0});
  }

  // Channels only: starts/ends/axes (9, 10, 11) or offset and size (2, 5).
  void crop(const Layer& layer) {
    const Blob in = read(layer, 0);
    const std::vector<double>& starts = layer.array(9);
    int begin = layer.integer(2, 0, 0, kMaxChannels);
    int end = in.channels;
    if (!starts.empty()) {
      const std::vector<double>& ends = layer.array(10);
      const std::vector<double>& axes = layer.array(11);
      const bool channels_only = starts.size() == 1 && ends.size() == 1 &&
                                 (axes.empty() || (axes.size() == 1 && axes[0] == 0));
      if (!channels_only) unsupported(layer, "cropping rows or columns", "channels (-23311=1,0)");
      begin = clamp_index(starts[0], in.channels);
      end = clamp_index(ends[0], in.channels);
    } else {
      const bool rows = layer.number(0, 0) != 0 || layer.number(1, 0) != 0 ||
                        layer.number(3, 0) > 0 || layer.number(4, 0) > 0;
      if (rows) unsupported(layer, "cropping rows or columns", "channels");
      const int size = layer.integer(5, 0, -kMaxChannels, kMaxChannels);
      if (size > 0) end = begin + size;
    }
    if (begin >= end || end > in.channels) {
      throw ConvertError(layer.describe(), "expected channels inside 0.." +
                                               std::to_string(in.channels) + ", found " +
                                               std::to_string(begin) + ".." + std::to_string(end));
    }
    add_slice(layer, in, begin, end, layer.outputs[0]);
  }

  static int clamp_index(double value, int extent) {
    if (value < 0) value += extent;
    return static_cast<int>(std::clamp(value, 0.0, static_cast<double>(extent)));
  }

  void slice(const Layer& layer) {
    const Blob in = read(layer, 0);
    if (layer.integer(1, 0, -3, 3) != 0) unsupported(layer, "an axis other than channels", "1=0");
    const std::vector<double>& sizes = layer.array(0);
    if (sizes.size() != layer.outputs.size()) {
      throw ConvertError(layer.describe(), "expected a size for each of " +
                                               std::to_string(layer.outputs.size()) +
                                               " outputs, found " + std::to_string(sizes.size()));
    }
    int begin = 0;
    for (size_t i = 0; i < sizes.size(); ++i) {
      const auto left = static_cast<int>(sizes.size() - i);
      const int size = sizes[i] == kSameUpper ? (in.channels - begin) / left
                                              : static_cast<int>(std::clamp(sizes[i], 0.0, 1e6));
      if (size < 1 || begin + size > in.channels) {
        throw ConvertError(layer.describe(),
                           "its sizes do not fit " + std::to_string(in.channels) + " channels");
      }
      add_slice(layer, in, begin, begin + size, layer.outputs[i]);
      begin += size;
    }
  }

  void shuffle(const Layer& layer) {
    const Blob in = read(layer, 0);
    Node node = unary(layer, NodeKind::channel_shuffle, in);
    node.groups = layer.integer(0, 1, 1, kMaxChannels);
    if (layer.integer(1, 0, 0, 1) == 1) {
      if (in.channels % node.groups != 0) {
        throw ConvertError(layer.describe(), "groups must divide the channels");
      }
      node.groups = in.channels / node.groups;
    }
    add(layer, std::move(node), in.channels);
  }

  void interp(const Layer& layer) {
    const Blob in = read(layer, 0);
    if (layer.integer(0, 0, 0, 3) != 1) unsupported(layer, "resize_type other than nearest", "0=1");
    const double y = layer.number(1, 1), x = layer.number(2, 1);
    const bool whole = y == x && y == std::floor(y) && y >= 1 && y <= format::kMaxFactor;
    if (!whole || layer.number(3, 0) != 0 || layer.number(4, 0) != 0) {
      unsupported(layer,
                  "a resize that is not a whole factor up to 8, the same for height and width",
                  "1=2 2=2");
    }
    Node node = unary(layer, NodeKind::upsample, in);
    node.factor = static_cast<int>(y);
    add(layer, std::move(node), in.channels);
  }

  void binary_op(const Layer& layer) {
    const Blob a = read(layer, 0);
    const int op = layer.integer(0, 0, 0, 20);
    if (layer.integer(1, 0, 0, 1) == 1) {
      add_scalar(layer, a, op, layer.number(2, 0));
      return;
    }
    if (op != 0 && op != 2) unsupported(layer, "op_type " + std::to_string(op), "0 add, 2 mul");
    add_pair(layer, a, read(layer, 1), op == 0 ? NodeKind::add : NodeKind::mul);
  }

  void add_pair(const Layer& layer, const Blob& a, const Blob& b, NodeKind kind) {
    Node node;
    node.kind = kind;
    node.inputs = {a.value, b.value};
    add(layer, std::move(node), a.channels);
  }

  void add_scalar(const Layer& layer, const Blob& in, int op, double value) {
    double scale = 1, shift = 0;
    switch (op) {
      case 0:
        shift = value;
        break;
      case 1:
        shift = -value;
        break;
      case 2:
        scale = value;
        break;
      case 3:
        scale = 1 / value;
        break;
      default:
        unsupported(layer, "op_type " + std::to_string(op), "0 add, 1 sub, 2 mul, 3 div");
    }
    if (!std::isfinite(scale)) throw ConvertError(layer.describe(), "divides by zero");
    Node node = unary(layer, NodeKind::affine, in);
    node.weights.assign(static_cast<size_t>(in.channels), static_cast<float>(scale));
    node.bias.assign(static_cast<size_t>(in.channels), static_cast<float>(shift));
    add(layer, std::move(node), in.channels);
  }

  void eltwise(const Layer& layer) {
    const int op = layer.integer(0, 0, 0, 2);
    const bool plain = op != 1 || std::all_of(layer.array(1).begin(), layer.array(1).end(),
                                              [](double c) { return c == 1; });
    if (layer.inputs.size() != 2 || op == 2 || !plain) {
      unsupported(layer, "this form",
                  "two inputs, 0=0 (product) or 0=1 (sum without coefficients)");
    }
    add_pair(layer, read(layer, 0), read(layer, 1), op == 1 ? NodeKind::add : NodeKind::mul);
  }

  void activation(const Layer& layer) {
    const Blob in = read(layer, 0);
    Node node = unary(layer, NodeKind::activation, in);
    if (layer.type == "ReLU") {
      const double slope = layer.number(0, 0);
      node.activation = slope == 0 ? Activation::relu : Activation::leaky_relu;
      node.alpha = static_cast<float>(slope);
    } else if (layer.type == "Clip") {
      if (layer.number(0, 0) != 0 || layer.number(1, 0) != 6)
        unsupported(layer, "this range", "0..6");
      node.activation = Activation::relu6;
    } else if (layer.type == "Swish") {
      node.activation = Activation::silu;
    } else if (layer.type == "Sigmoid") {
      node.activation = Activation::sigmoid;
    } else {
      check_hard(layer, layer.number(0, 0.2), layer.number(1, 0.5));
      node.activation =
          layer.type == "HardSwish" ? Activation::hard_swish : Activation::hard_sigmoid;
    }
    add(layer, std::move(node), in.channels);
  }

  void batch_norm(const Layer& layer) {
    const Blob in = read(layer, 0);
    const auto channels = static_cast<size_t>(layer.integer(0, 0, 1, kMaxChannels));
    const double eps = layer.number(1, 0);
    const std::vector<float> slope = weights_.plain(layer, channels);
    const std::vector<float> mean = weights_.plain(layer, channels);
    const std::vector<float> variance = weights_.plain(layer, channels);
    const std::vector<float> bias = weights_.plain(layer, channels);
    Node node = unary(layer, NodeKind::affine, in);
    for (size_t c = 0; c < channels; ++c) {
      const double scale = slope[c] / std::sqrt(variance[c] + eps);
      node.weights.push_back(static_cast<float>(scale));
      node.bias.push_back(static_cast<float>(bias[c] - scale * mean[c]));
    }
    add(layer, std::move(node), in.channels);
  }

  void scale(const Layer& layer) {
    const Blob in = read(layer, 0);
    const int channels = layer.integer(0, 0, kSameUpper, kMaxChannels);
    if (channels == kSameUpper) {
      add_pair(layer, in, read(layer, 1), NodeKind::mul);
      return;
    }
    Node node = unary(layer, NodeKind::affine, in);
    const auto count = static_cast<size_t>(std::max(1, channels));
    node.weights = weights_.plain(layer, count);
    node.bias = layer.integer(1, 0, 0, 1) == 1 ? weights_.plain(layer, count)
                                               : std::vector<float>(count, 0.0f);
    add(layer, std::move(node), in.channels);
  }

  // YOLOv5's Focus: the order of the four blocks is y0x0, y1x0, y0x1, y1x1.
  void focus(const Layer& layer) {
    const Blob in = read(layer, 0);
    Node blocks = unary(layer, NodeKind::space_to_depth, in);
    blocks.name = layer.name;
    blocks.factor = 2;
    const ValueId value = graph_.add_node(std::move(blocks), layer.outputs[0] + "/blocks");
    Node order;
    order.kind = NodeKind::permute_channels;
    order.inputs = {value};
    for (const int block : {0, 2, 1, 3}) {
      for (int c = 0; c < in.channels; ++c) order.permutation.push_back(block * in.channels + c);
    }
    add(layer, std::move(order), 4 * in.channels);
  }

  std::vector<Layer> layers_;
  WeightReader weights_;
  ImportOptions options_;
  Graph graph_;
  std::map<std::string, Blob> blobs_;
  std::vector<int> per_anchor_, head_channels_;  // of each head
};

std::span<const Importer::Row> Importer::handlers() {
  static constexpr Row kRows[] = {
      {"Input", &Importer::input},
      {"Split", &Importer::split},
      {"Convolution", &Importer::convolution},
      {"ConvolutionDepthWise", &Importer::convolution},
      {"InnerProduct", &Importer::inner_product},
      {"Pooling", &Importer::pooling},
      {"Concat", &Importer::concat},
      {"Crop", &Importer::crop},
      {"Slice", &Importer::slice},
      {"ShuffleChannel", &Importer::shuffle},
      {"Interp", &Importer::interp},
      {"BinaryOp", &Importer::binary_op},
      {"Eltwise", &Importer::eltwise},
      {"ReLU", &Importer::activation},
      {"Clip", &Importer::activation},
      {"Swish", &Importer::activation},
      {"Sigmoid", &Importer::activation},
      {"HardSwish", &Importer::activation},
      {"HardSigmoid", &Importer::activation},
      {"BatchNorm", &Importer::batch_norm},
      {"Scale", &Importer::scale},
      {"YoloV5Focus", &Importer::focus},
      {"Dropout", &Importer::alias},
      {"Noop", &Importer::alias},
  };
  return kRows;
}

}  // namespace
}  // namespace ncnn

Graph import_ncnn(Bytes param, Bytes bin, const ImportOptions& options) {
  return ncnn::Importer(param, bin, options).run();
}

}  // namespace linnet::converter
