#include "tests/support/ir/ir_eval.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace linnet::test {
namespace {

using converter::Graph;
using converter::Node;
using converter::NodeKind;
using converter::Shape;
using converter::ValueId;

size_t area(const Shape& shape) {
  return size_t(shape.height) * size_t(shape.width);
}
size_t size(const Shape& shape) {
  return size_t(shape.channels) * area(shape);
}

float activate(float x, Activation activation, float alpha) {
  const auto relu6 = [](float v) { return std::min(std::max(v, 0.0f), 6.0f); };
  switch (activation) {
    case Activation::none:
      return x;
    case Activation::relu:
      return std::max(x, 0.0f);
    case Activation::relu6:
      return relu6(x);
    case Activation::leaky_relu:
      return x >= 0 ? x : alpha * x;
    case Activation::silu:
      return x / (1 + std::exp(-x));
    case Activation::hard_swish:
      return x * relu6(x + 3) / 6;
    case Activation::sigmoid:
      return 1 / (1 + std::exp(-x));
    case Activation::hard_sigmoid:
      return relu6(x + 3) / 6;
  }
  return x;
}

// The input rows and columns [begin, end) of outputs for which `in * stride + offset` is inside.
struct Range {
  int begin = 0, end = 0;
};
Range inside(int outputs, int stride, int offset, int inputs) {
  Range range;
  range.begin = offset < 0 ? (-offset + stride - 1) / stride : 0;
  range.end = inputs - 1 - offset < 0 ? 0 : std::min(outputs, (inputs - 1 - offset) / stride + 1);
  range.begin = std::min(range.begin, range.end);
  return range;
}

// Calls visit(output index, input index) for every output that the tap (ky, kx) reads inside.
template <typename Visit>
void for_tap(const converter::Window& w, int ky, int kx, const Shape& in, const Shape& out,
             Visit visit) {
  const int dy = ky * w.dilation_h - w.pad_top;
  const int dx = kx * w.dilation_w - w.pad_left;
  const Range rows = inside(out.height, w.stride_h, dy, in.height);
  const Range columns = inside(out.width, w.stride_w, dx, in.width);
  for (int y = rows.begin; y < rows.end; ++y) {
    const size_t to = size_t(y) * size_t(out.width);
    const size_t from = size_t(y * w.stride_h + dy) * size_t(in.width);
    for (int x = columns.begin; x < columns.end; ++x) {
      visit(to + size_t(x), from + size_t(x * w.stride_w + dx));
    }
  }
}

void conv(const Node& node, const FeatureMap& in, FeatureMap* out) {
  const int group_inputs = in.shape.channels / node.groups;
  const int group_outputs = out->shape.channels / node.groups;
  const float* weight = node.weights.data();
  std::vector<double> sums(area(out->shape));
  for (int o = 0; o < out->shape.channels; ++o) {
    std::fill(sums.begin(), sums.end(), double(node.bias[size_t(o)]));
    for (int i = 0; i < group_inputs; ++i) {
      const int channel = o / group_outputs * group_inputs + i;
      const float* plane = in.data.data() + size_t(channel) * area(in.shape);
      for (int ky = 0; ky < node.window.kernel_h; ++ky) {
        for (int kx = 0; kx < node.window.kernel_w; ++kx) {
          const double w = *weight++;
          for_tap(node.window, ky, kx, in.shape, out->shape,
                  [&](size_t to, size_t from) { sums[to] += w * double(plane[from]); });
        }
      }
    }
    float* result = out->data.data() + size_t(o) * sums.size();
    for (size_t p = 0; p < sums.size(); ++p) result[p] = float(sums[p]);
  }
}

void pool(const Node& node, const FeatureMap& in, FeatureMap* out) {
  const bool max = node.kind == NodeKind::max_pool;
  const int taps = node.window.kernel_h * node.window.kernel_w;
  std::vector<double> values(area(out->shape));
  std::vector<int> counts(values.size());
  for (int c = 0; c < in.shape.channels; ++c) {
    std::fill(values.begin(), values.end(), max ? -std::numeric_limits<double>::infinity() : 0.0);
    std::fill(counts.begin(), counts.end(), 0);
    const float* plane = in.data.data() + size_t(c) * area(in.shape);
    for (int ky = 0; ky < node.window.kernel_h; ++ky) {
      for (int kx = 0; kx < node.window.kernel_w; ++kx) {
        for_tap(node.window, ky, kx, in.shape, out->shape, [&](size_t to, size_t from) {
          values[to] = max ? std::max(values[to], double(plane[from])) : values[to] + plane[from];
          ++counts[to];
        });
      }
    }
    float* result = out->data.data() + size_t(c) * values.size();
    for (size_t p = 0; p < values.size(); ++p) {
      result[p] = float(max ? values[p] : values[p] / (node.count_padding ? taps : counts[p]));
    }
  }
}

void global_avg_pool(const FeatureMap& in, FeatureMap* out) {
  for (size_t c = 0; c < out->data.size(); ++c) {
    double sum = 0;
    for (size_t p = 0; p < area(in.shape); ++p) sum += in.data[c * area(in.shape) + p];
    out->data[c] = float(sum / double(area(in.shape)));
  }
}

void eltwise(const Node& node, const FeatureMap& a, const FeatureMap& b, FeatureMap* out) {
  const bool same = a.shape == b.shape;
  for (size_t i = 0; i < out->data.size(); ++i) {
    const float second = b.data[same ? i : i / area(out->shape)];
    out->data[i] = node.kind == NodeKind::add ? a.data[i] + second : a.data[i] * second;
  }
}

// Every other kind copies: channel and pixel that each output comes from.
size_t source_index(const Node& node, const Shape& in, int channel, int y, int x) {
  const int f = node.factor;
  switch (node.kind) {
    case NodeKind::slice:
      channel += node.begin;
      break;
    case NodeKind::channel_shuffle:
      channel = channel % node.groups * (in.channels / node.groups) + channel / node.groups;
      break;
    case NodeKind::permute_channels:
      channel = node.permutation[size_t(channel)];
      break;
    case NodeKind::upsample:
      y /= f;
      x /= f;
      break;
    case NodeKind::space_to_depth: {
      const int block = channel / in.channels;
      channel %= in.channels;
      y = y * f + block / f;
      x = x * f + block % f;
      break;
    }
    default:
      break;
  }
  return (size_t(channel) * size_t(in.height) + size_t(y)) * size_t(in.width) + size_t(x);
}

void copy(const Node& node, const FeatureMap& in, FeatureMap* out) {
  size_t to = 0;
  for (int c = 0; c < out->shape.channels; ++c) {
    for (int y = 0; y < out->shape.height; ++y) {
      for (int x = 0; x < out->shape.width; ++x) {
        out->data[to++] = in.data[source_index(node, in.shape, c, y, x)];
      }
    }
  }
}

void affine(const Node& node, const FeatureMap& in, FeatureMap* out) {
  for (size_t i = 0; i < in.data.size(); ++i) {
    const size_t c = i / area(in.shape);
    out->data[i] = float(double(in.data[i]) * double(node.weights[c]) + double(node.bias[c]));
  }
}

void compute(const Node& node, const std::vector<FeatureMap>& values, FeatureMap* out) {
  const FeatureMap& in = values[size_t(node.inputs[0])];
  switch (node.kind) {
    case NodeKind::conv:
      conv(node, in, out);
      break;
    case NodeKind::affine:
      affine(node, in, out);
      break;
    case NodeKind::max_pool:
    case NodeKind::avg_pool:
      pool(node, in, out);
      break;
    case NodeKind::global_avg_pool:
      global_avg_pool(in, out);
      break;
    case NodeKind::add:
    case NodeKind::mul:
      eltwise(node, in, values[size_t(node.inputs[1])], out);
      break;
    case NodeKind::concat:
      out->data.clear();
      for (const ValueId input : node.inputs) {
        const std::vector<float>& part = values[size_t(input)].data;
        out->data.insert(out->data.end(), part.begin(), part.end());
      }
      break;
    default:
      copy(node, in, out);
  }
  for (float& x : out->data) x = activate(x, node.activation, node.alpha);
}

}  // namespace

std::vector<FeatureMap> evaluate(Graph graph, const FeatureMap& input) {
  graph.native_height = input.shape.height;
  graph.native_width = input.shape.width;
  infer_shapes(&graph);
  std::vector<FeatureMap> values(graph.values.size());
  values[size_t(graph.input)] = input;
  for (const Node& node : graph.nodes) {
    FeatureMap& out = values[size_t(node.output)];
    out.shape = graph.values[size_t(node.output)].shape;
    out.data.resize(size(out.shape));
    compute(node, values, &out);
  }
  std::vector<FeatureMap> heads;
  for (const converter::Head& head : graph.heads) heads.push_back(values[size_t(head.value)]);
  return heads;
}

}  // namespace linnet::test
