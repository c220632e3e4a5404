#include <algorithm>
#include <numeric>

#include "converter/error.h"
#include "converter/ir/graph.h"
#include "model/format.h"

namespace linnet::converter {
namespace {

std::string describe(const Node& node) {
  return std::string(node_kind_name(node.kind)) + " '" + node.name + "'";
}

[[noreturn]] void fail(const Node& node, const std::string& problem) {
  throw ConvertError(describe(node), problem);
}

void expect(bool ok, const Node& node, const std::string& problem) {
  if (!ok) fail(node, problem);
}

void expect_range(const Node& node, const char* field, int64_t value, int64_t low, int64_t high) {
  if (value >= low && value <= high) return;
  fail(node, std::string("expected ") + field + " from " + std::to_string(low) + " to " +
                 std::to_string(high) + ", found " + std::to_string(value));
}

void check_window(const Node& node) {
  const Window& w = node.window;
  expect_range(node, "kernel height", w.kernel_h, 1, format::kMaxKernel);
  expect_range(node, "kernel width", w.kernel_w, 1, format::kMaxKernel);
  expect_range(node, "stride", w.stride_h, 1, format::kMaxStride);
  expect_range(node, "stride", w.stride_w, 1, format::kMaxStride);
  expect_range(node, "dilation", w.dilation_h, 1, format::kMaxDilation);
  expect_range(node, "dilation", w.dilation_w, 1, format::kMaxDilation);
  const int reach_h = w.dilation_h * (w.kernel_h - 1);
  const int reach_w = w.dilation_w * (w.kernel_w - 1);
  expect_range(node, "top padding", w.pad_top, 0, reach_h);
  expect_range(node, "bottom padding", w.pad_bottom, 0, reach_h);
  expect_range(node, "left padding", w.pad_left, 0, reach_w);
  expect_range(node, "right padding", w.pad_right, 0, reach_w);
}

int slide(const Node& node, int extent, int before, int after, int dilation, int kernel,
          int stride) {
  const int room = extent + before + after - (dilation * (kernel - 1) + 1);
  if (room < 0) {
    fail(node, "the window (" + std::to_string(dilation * (kernel - 1) + 1) +
                   " pixels) is larger than its padded input (" +
                   std::to_string(extent + before + after) + ")");
  }
  return room / stride + 1;
}

Shape slide_window(const Node& node, const Shape& in, int channels) {
  check_window(node);
  const Window& w = node.window;
  return {channels,
          slide(node, in.height, w.pad_top, w.pad_bottom, w.dilation_h, w.kernel_h, w.stride_h),
          slide(node, in.width, w.pad_left, w.pad_right, w.dilation_w, w.kernel_w, w.stride_w)};
}

Shape infer_conv(const Node& node, const Shape& in) {
  const auto outputs = static_cast<int64_t>(node.bias.size());
  expect_range(node, "output channels", outputs, 1, format::kMaxChannels);
  expect_range(node, "groups", node.groups, 1, in.channels);
  expect(in.channels % node.groups == 0 && outputs % node.groups == 0, node,
         "groups (" + std::to_string(node.groups) + ") must divide input channels (" +
             std::to_string(in.channels) + ") and output channels (" + std::to_string(outputs) +
             ")");
  const Shape out = slide_window(node, in, static_cast<int>(outputs));
  const int64_t expected =
      outputs * (in.channels / node.groups) * node.window.kernel_h * node.window.kernel_w;
  expect(static_cast<int64_t>(node.weights.size()) == expected, node,
         "expected " + std::to_string(expected) + " weights for " + std::to_string(in.channels) +
             " input channels, found " + std::to_string(node.weights.size()));
  return out;
}

Shape infer_pair(const Node& node, const Shape& a, const Shape& b) {
  expect(a.channels == b.channels, node,
         "expected inputs with the same channels, found " + std::to_string(a.channels) + " and " +
             std::to_string(b.channels));
  const bool same = a == b;
  expect(same || (b.height == 1 && b.width == 1), node,
         "expected inputs of the same size, or a second input of 1x1, found " +
             std::to_string(a.height) + "x" + std::to_string(a.width) + " and " +
             std::to_string(b.height) + "x" + std::to_string(b.width));
  return a;
}

Shape infer_concat(const Node& node, const Graph& graph) {
  Shape out = graph.values[static_cast<size_t>(node.inputs[0])].shape;
  int64_t channels = 0;
  for (const ValueId input : node.inputs) {
    const Shape& in = graph.values[static_cast<size_t>(input)].shape;
    expect(in.height == out.height && in.width == out.width, node,
           "expected inputs of the same height and width, found " + std::to_string(out.height) +
               "x" + std::to_string(out.width) + " and " + std::to_string(in.height) + "x" +
               std::to_string(in.width));
    channels += in.channels;
  }
  expect_range(node, "output channels", channels, 1, format::kMaxChannels);
  out.channels = static_cast<int>(channels);
  return out;
}

Shape infer_space_to_depth(const Node& node, const Shape& in) {
  expect_range(node, "factor", node.factor, 2, format::kMaxFactor);
  expect(in.height % node.factor == 0 && in.width % node.factor == 0, node,
         "the input's height and width must be multiples of " + std::to_string(node.factor));
  const int64_t channels = int64_t{in.channels} * node.factor * node.factor;
  expect_range(node, "output channels", channels, 1, format::kMaxChannels);
  return {static_cast<int>(channels), in.height / node.factor, in.width / node.factor};
}

Shape infer_permutation(const Node& node, const Shape& in) {
  std::vector<int> sorted = node.permutation;
  std::sort(sorted.begin(), sorted.end());
  std::vector<int> all(static_cast<size_t>(in.channels));
  std::iota(all.begin(), all.end(), 0);
  expect(sorted == all, node,
         "expected a permutation of " + std::to_string(in.channels) + " channels");
  return in;
}

Shape infer(const Node& node, const Graph& graph) {
  const Shape& in = graph.values[static_cast<size_t>(node.inputs[0])].shape;
  switch (node.kind) {
    case NodeKind::conv:
      return infer_conv(node, in);
    case NodeKind::affine:
      expect(node.weights.size() == static_cast<size_t>(in.channels) &&
                 node.bias.size() == static_cast<size_t>(in.channels),
             node,
             "expected one scale and one shift for each of " + std::to_string(in.channels) +
                 " channels, found " + std::to_string(node.weights.size()) + " and " +
                 std::to_string(node.bias.size()));
      return in;
    case NodeKind::activation:
    case NodeKind::identity:
      return in;
    case NodeKind::max_pool:
    case NodeKind::avg_pool:
      return slide_window(node, in, in.channels);
    case NodeKind::global_avg_pool:
      return {in.channels, 1, 1};
    case NodeKind::add:
    case NodeKind::mul:
      return infer_pair(node, in, graph.values[static_cast<size_t>(node.inputs[1])].shape);
    case NodeKind::concat:
      return infer_concat(node, graph);
    case NodeKind::slice:
      expect(node.begin >= 0 && node.begin < node.end && node.end <= in.channels, node,
             "expected channels [begin, end) inside [0, " + std::to_string(in.channels) +
                 "), found [" + std::to_string(node.begin) + ", " + std::to_string(node.end) + ")");
      return {node.end - node.begin, in.height, in.width};
    case NodeKind::channel_shuffle:
      expect(node.groups >= 1 && in.channels % node.groups == 0, node,
             "groups (" + std::to_string(node.groups) + ") must divide the channels (" +
                 std::to_string(in.channels) + ")");
      return in;
    case NodeKind::upsample:
      expect_range(node, "factor", node.factor, 1, format::kMaxFactor);
      return {in.channels, in.height * node.factor, in.width * node.factor};
    case NodeKind::space_to_depth:
      return infer_space_to_depth(node, in);
    case NodeKind::permute_channels:
      return infer_permutation(node, in);
  }
  fail(node, "unknown kind");
}

// Channels of all values together: bounds what the passes need, whatever a source file asks for.
constexpr int64_t kMaxTotalChannels = int64_t{1} << 20;

void check_inputs(const Node& node, const std::vector<bool>& defined) {
  const bool pair = node.kind == NodeKind::add || node.kind == NodeKind::mul;
  const bool count_ok =
      node.kind == NodeKind::concat ? !node.inputs.empty() : node.inputs.size() == (pair ? 2u : 1u);
  expect(count_ok, node,
         "expected " + std::string(pair ? "2 inputs" : "1 input") + ", found " +
             std::to_string(node.inputs.size()));
  for (const ValueId input : node.inputs) {
    expect(input >= 0 && input < static_cast<ValueId>(defined.size()) &&
               defined[static_cast<size_t>(input)],
           node, "reads a value that no earlier node makes");
  }
}

}  // namespace

void infer_shapes(Graph* graph) {
  if (graph->input < 0 || graph->input >= static_cast<ValueId>(graph->values.size())) {
    throw ConvertError("", "the network has no input");
  }
  if (graph->native_height < 1 || graph->native_width < 1 ||
      graph->native_height > static_cast<int>(format::kMaxExtent) ||
      graph->native_width > static_cast<int>(format::kMaxExtent)) {
    throw ConvertError("", "expected an input size from 1x1 to 8192x8192, found " +
                               std::to_string(graph->native_height) + "x" +
                               std::to_string(graph->native_width));
  }
  std::vector<bool> defined(graph->values.size(), false);
  graph->values[static_cast<size_t>(graph->input)].shape = {3, graph->native_height,
                                                            graph->native_width};
  defined[static_cast<size_t>(graph->input)] = true;
  int64_t total_channels = 0;
  for (const Node& node : graph->nodes) {
    check_inputs(node, defined);
    const bool output_ok = node.output >= 0 &&
                           node.output < static_cast<ValueId>(graph->values.size()) &&
                           !defined[static_cast<size_t>(node.output)];
    expect(output_ok, node, "writes a value that does not exist or that another node makes");
    const Shape out = infer(node, *graph);
    const int cap = static_cast<int>(format::kMaxExtent);
    expect(out.height <= cap && out.width <= cap, node,
           "expected an output of at most 8192x8192, found " + std::to_string(out.height) + "x" +
               std::to_string(out.width));
    total_channels += out.channels;
    expect(total_channels <= kMaxTotalChannels, node,
           "expected at most 1048576 channels in all feature maps together, found more");
    graph->values[static_cast<size_t>(node.output)].shape = out;
    defined[static_cast<size_t>(node.output)] = true;
  }
  for (const Head& head : graph->heads) {
    if (head.value < 0 || head.value >= static_cast<ValueId>(graph->values.size()) ||
        !defined[static_cast<size_t>(head.value)]) {
      throw ConvertError("", "a head refers to a value that no node makes");
    }
  }
}

}  // namespace linnet::converter
