// Layers that slide a window, and what pads and pools.
#include <algorithm>
#include <cmath>

#include "converter/error.h"
#include "converter/frontend/ncnn/importer.h"

namespace linnet::converter::ncnn {
namespace {

constexpr int kSameUpper = -233, kSameLower = -234;

// Zeros for an output of input / stride. Inputs are multiples of the strides above them, so there
// is no remainder.
int same_padding(int window, int stride) {
  return std::max(0, window - stride);
}

void set_same_padding(bool upper, Window* w) {
  const int x = same_padding(w->dilation_w * (w->kernel_w - 1) + 1, w->stride_w);
  const int y = same_padding(w->dilation_h * (w->kernel_h - 1) + 1, w->stride_h);
  w->pad_left = upper ? x / 2 : x - x / 2;
  w->pad_top = upper ? y / 2 : y - y / 2;
  w->pad_right = x - w->pad_left;
  w->pad_bottom = y - w->pad_top;
}

Window conv_window(const Layer& layer) {
  constexpr int kMaxDilation = static_cast<int>(format::kMaxDilation);
  Window w;
  w.kernel_w = layer.integer(1, 0, 1, kMaxKernel);
  w.kernel_h = layer.integer(11, w.kernel_w, 1, kMaxKernel);
  w.dilation_w = layer.integer(2, 1, 1, kMaxDilation);
  w.dilation_h = layer.integer(12, w.dilation_w, 1, kMaxDilation);
  w.stride_w = layer.integer(3, 1, 1, kMaxStride);
  w.stride_h = layer.integer(13, w.stride_w, 1, kMaxStride);
  const int left = layer.integer(4, 0, kSameLower, kMaxPadding);
  if (left == kSameUpper || left == kSameLower) {
    set_same_padding(left == kSameUpper, &w);
    return w;
  }
  w.pad_left = layer.integer(4, 0, 0, kMaxPadding);
  w.pad_top = layer.integer(14, w.pad_left, 0, kMaxPadding);
  w.pad_right = layer.integer(15, w.pad_left, 0, kMaxPadding);
  w.pad_bottom = layer.integer(16, w.pad_top, 0, kMaxPadding);
  return w;
}

void pad(const Border& border, Window* w) {
  w->pad_top += border.top;
  w->pad_bottom += border.bottom;
  w->pad_left += border.left;
  w->pad_right += border.right;
}

struct WeightCounts {
  int weights = 0, outputs = 0;
  bool has_bias = false;
  int scale_term = 0;  // ncnn's int8_scale_term: 0 none, above 100 also for the output
  int scales = 0;      // of the weights, if scale_term != 0
};

// What int8 values are multiplied with, of ncnn's "127 divided by the largest".
float step_of(const Layer& layer, const char* what, float scale) {
  const float step = 1 / scale;
  if (!(scale > 0) || !std::isfinite(step)) {
    throw ConvertError(layer.describe(), std::string("expected a scale above 0 for its ") + what +
                                             ", found " + std::to_string(scale));
  }
  return step;
}

// Symmetric, as all of ncnn's.
Scale read_scale(const Layer& layer, const char* what, WeightReader* reader) {
  return {step_of(layer, what, reader->plain(layer, 1)[0]), 0};
}

// From whole numbers to what they stand for.
void dequantize(const Layer& layer, const std::vector<float>& scales, Node* node) {
  const size_t outputs = node->bias.size();
  const size_t per_output = node->weights.size() / outputs;
  for (size_t o = 0; o < outputs; ++o) {
    const float scale = scales[o * scales.size() / outputs];
    // ncnn writes scale 0 for a filter that is all zero.
    const float step = scale == 0 ? 0 : step_of(layer, "weights", scale);
    node->weight_steps.push_back(step);
    for (size_t i = o * per_output; i < (o + 1) * per_output; ++i) {
      node->weights[i] *= step;
      if (std::isfinite(node->weights[i])) continue;
      throw ConvertError(layer.describe(), "an int8 scale of its weights is too small");
    }
  }
}

// Weights, bias and, for int8, scales, in the file's order.
void read_weights(const Layer& layer, const WeightCounts& counts, WeightReader* reader,
                  Node* node) {
  const auto outputs = static_cast<size_t>(counts.outputs);
  WeightBlob blob = reader->tagged(layer, static_cast<size_t>(counts.weights));
  node->weights = std::move(blob.values);
  node->bias = counts.has_bias ? reader->plain(layer, outputs) : std::vector<float>(outputs, 0.0f);
  if (counts.scale_term == 0) {
    if (blob.is_int8)
      throw ConvertError(layer.describe(), "has int8 weights but no scales (parameter 8)");
    return;
  }
  const std::vector<float> scales = reader->plain(layer, static_cast<size_t>(counts.scales));
  node->scales.inputs = {read_scale(layer, "input", reader)};
  // Above 100: it rounds what it makes, after the activation, for the layer behind it.
  if (counts.scale_term > 100) node->scales.output = read_scale(layer, "output", reader);
  if (blob.is_int8) dequantize(layer, scales, node);
}

int scale_term_of(const Layer& layer) {
  const int term = layer.integer(8, 0, 0, 255);
  if (term != 0 && term != 1 && term != 2 && term != 101 && term != 102) {
    unsupported(layer, "int8_scale_term " + std::to_string(term) + " (parameter 8)",
                "0, 1, 2, 101, 102");
  }
  return term;
}

constexpr int kMaxWeights = 1 << 28;

}  // namespace

void Importer::convolution(const Layer& layer) {
  const Blob in = read_any(layer, 0);
  if (in.is_constant()) unsupported(layer, "a constant input", "feature maps");
  if (layer.integer(19, 0, 0, 1) != 0 || layer.inputs.size() != 1) {
    unsupported(layer, "dynamic weights", "constant weights");
  }
  if (layer.number(18, 0) != 0) {
    unsupported(layer, "padding with another value than 0 (parameter 18)", "18=0");
  }
  const bool grouped = layer.type == "ConvolutionDepthWise";
  Node node = unary(NodeKind::conv, in);
  node.window = conv_window(layer);
  pad(in.border, &node.window);
  node.groups = grouped ? layer.integer(7, 1, 1, kMaxChannels) : 1;
  WeightCounts counts;
  counts.outputs = layer.integer(0, 0, 1, kMaxChannels);
  counts.weights = layer.integer(6, 0, 1, kMaxWeights);
  counts.has_bias = layer.integer(5, 0, 0, 1) != 0;
  counts.scale_term = scale_term_of(layer);
  const bool one_scale = counts.scale_term % 100 == 2;
  counts.scales = grouped ? (one_scale ? 1 : node.groups) : counts.outputs;
  read_weights(layer, counts, &weights_, &node);
  set_activation(layer, layer.integer(9, 0, 0, 100), layer.array(10), &node);
  add(layer, std::move(node), counts.outputs);
}

void Importer::inner_product(const Layer& layer) {
  const Blob in = read(layer, 0);
  if (!is_vector(in)) unsupported(layer, "a feature map as input", "pooled vectors");
  Node node = unary(NodeKind::conv, in);
  WeightCounts counts;
  counts.outputs = layer.integer(0, 0, 1, kMaxChannels);
  counts.has_bias = layer.integer(1, 0, 0, 1) != 0;
  counts.weights = layer.integer(2, 0, 1, kMaxWeights);
  counts.scale_term = scale_term_of(layer);
  counts.scales = counts.outputs;
  read_weights(layer, counts, &weights_, &node);
  set_activation(layer, layer.integer(9, 0, 0, 100), layer.array(10), &node);
  add(layer, std::move(node), counts.outputs);
}

void Importer::pooling(const Layer& layer) {
  const Blob in = read(layer, 0);
  const bool average = layer.integer(0, 0, 0, 1) == 1;
  const int adaptive = layer.integer(7, 0, 0, 1);
  const int adaptive_width = layer.integer(8, 0, kRest, kMaxChannels);
  if (layer.integer(4, 0, 0, 1) == 1 || adaptive == 1) {
    const bool whole =
        adaptive == 0 ||
        (adaptive_width == 1 && layer.integer(18, adaptive_width, kRest, kMaxChannels) == 1);
    if (!average || !whole) {
      unsupported(layer, "this pooling of the whole map", "the average of the whole map");
    }
    add(layer, unary(NodeKind::global_avg_pool, in), in.channels);
    return;
  }
  Node node = unary(average ? NodeKind::avg_pool : NodeKind::max_pool, in);
  Window& w = node.window;
  w.kernel_w = layer.integer(1, 0, 1, kMaxKernel);
  w.kernel_h = layer.integer(11, w.kernel_w, 1, kMaxKernel);
  w.stride_w = layer.integer(2, 1, 1, kMaxStride);
  w.stride_h = layer.integer(12, w.stride_w, 1, kMaxStride);
  w.pad_left = layer.integer(3, 0, 0, kMaxPadding);
  w.pad_top = layer.integer(13, w.pad_left, 0, kMaxPadding);
  w.pad_right = layer.integer(14, w.pad_left, 0, kMaxPadding);
  w.pad_bottom = layer.integer(15, w.pad_top, 0, kMaxPadding);
  const int mode = layer.integer(5, 0, 0, 3);
  if (mode >= 2) set_same_padding(mode == 2, &w);
  // Mode 0 rounds the size up; the same as down where nothing remains.
  const bool exact = (w.pad_top + w.pad_bottom - w.kernel_h) % w.stride_h == 0 &&
                     (w.pad_left + w.pad_right - w.kernel_w) % w.stride_w == 0;
  if (mode == 0 && !exact) {
    unsupported(layer, "pooling that rounds its size up (parameter 5 = 0)",
                "5=1 (round down), 5=2 and 5=3 (same)");
  }
  node.count_padding = layer.integer(6, 0, 0, 1) == 1;
  add(layer, std::move(node), in.channels);
}

// The mean over height and width is what Pooling with 4=1 is.
void Importer::reduction(const Layer& layer) {
  constexpr int kMean = 3;
  const Blob in = read(layer, 0);
  std::vector<double> axes = layer.array(3);
  for (double& axis : axes) axis = axis < 0 ? axis + 3 : axis;
  std::sort(axes.begin(), axes.end());
  if (layer.integer(0, 0, 0, 10) != kMean || layer.integer(1, 1, 0, 1) != 0 ||
      layer.number(2, 1) != 1 || axes != std::vector<double>{1, 2}) {
    unsupported(layer, "this reduction", "the mean over height and width (0=3 1=0 -23303=2,1,2)");
  }
  add(layer, unary(NodeKind::global_avg_pool, in), in.channels);
}

void Importer::padding(const Layer& layer) {
  Blob in = read_any(layer, 0);
  if (in.is_constant()) unsupported(layer, "a constant input", "feature maps");
  const bool zeros = layer.integer(4, 0, 0, 2) == 0 && layer.number(5, 0) == 0 &&
                     layer.number(6, 0) == 0 && layer.number(7, 0) == 0 && layer.number(8, 0) == 0;
  if (!zeros) unsupported(layer, "padding with something else than zeros", "4=0 5=0");
  in.border.top += layer.integer(0, 0, 0, kMaxPadding);
  in.border.bottom += layer.integer(1, 0, 0, kMaxPadding);
  in.border.left += layer.integer(2, 0, 0, kMaxPadding);
  in.border.right += layer.integer(3, 0, 0, kMaxPadding);
  define(layer, layer.outputs[0], std::move(in));
}

}  // namespace linnet::converter::ncnn
