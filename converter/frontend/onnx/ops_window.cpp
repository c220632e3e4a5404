// Convolutions, pools and padding.
#include <algorithm>

#include "converter/error.h"
#include "converter/frontend/onnx/importer.h"
#include "model/format.h"

namespace linnet::converter::onnx {
namespace {

int bounded(const NodeProto& node, const char* what, int64_t value, int64_t low, int64_t high) {
  if (value < low || value > high) {
    throw ConvertError(node.describe(), std::string(what) + ": expected " + std::to_string(low) +
                                            " to " + std::to_string(high) + ", found " +
                                            std::to_string(value));
  }
  return static_cast<int>(value);
}

// Two numbers, for height and width; `fallback` if the attribute is missing.
std::pair<int, int> pair_of(const NodeProto& node, const char* attribute, int fallback, int high) {
  const std::vector<int64_t> list = node.integers(attribute);
  if (list.empty()) return {fallback, fallback};
  if (list.size() != 2) {
    throw ConvertError(node.describe(), std::string(attribute) + ": expected 2 numbers, found " +
                                            std::to_string(list.size()));
  }
  return {bounded(node, attribute, list[0], 1, high), bounded(node, attribute, list[1], 1, high)};
}

}  // namespace

Window Importer::window(const NodeProto& node, int kernel_h, int kernel_w) const {
  Window w;
  w.kernel_h = kernel_h;
  w.kernel_w = kernel_w;
  std::tie(w.stride_h, w.stride_w) = pair_of(node, "strides", 1, format::kMaxStride);
  std::tie(w.dilation_h, w.dilation_w) = pair_of(node, "dilations", 1, format::kMaxDilation);
  const auto attribute = node.attributes.find("auto_pad");
  const std::string mode = attribute == node.attributes.end() ? "NOTSET" : attribute->second.s;
  if (mode == "SAME_UPPER" || mode == "SAME_LOWER") {
    // Feature maps are multiples of the strides that made them, so nothing remains.
    const int y = std::max(0, w.dilation_h * (kernel_h - 1) + 1 - w.stride_h);
    const int x = std::max(0, w.dilation_w * (kernel_w - 1) + 1 - w.stride_w);
    w.pad_top = mode == "SAME_UPPER" ? y / 2 : y - y / 2;
    w.pad_left = mode == "SAME_UPPER" ? x / 2 : x - x / 2;
    w.pad_bottom = y - w.pad_top;
    w.pad_right = x - w.pad_left;
  } else if (mode == "NOTSET" || mode.empty()) {
    std::vector<int64_t> pads = node.integers("pads");
    if (pads.empty()) pads = {0, 0, 0, 0};
    if (pads.size() != 4) throw ConvertError(node.describe(), "pads: expected 4 numbers");
    w.pad_top = bounded(node, "pads", pads[0], 0, 255);
    w.pad_left = bounded(node, "pads", pads[1], 0, 255);
    w.pad_bottom = bounded(node, "pads", pads[2], 0, 255);
    w.pad_right = bounded(node, "pads", pads[3], 0, 255);
  } else if (mode != "VALID") {
    throw ConvertError(node.describe(), "auto_pad '" + mode +
                                            "' is not supported; supported: NOTSET, SAME_UPPER, "
                                            "SAME_LOWER, VALID");
  }
  return w;
}

Shape Importer::slide(const NodeProto& node, const Window& w, const Shape& in, int channels) const {
  const auto out = [&](int extent, int pads, int dilation, int kernel, int stride) {
    const int room = extent + pads - (dilation * (kernel - 1) + 1);
    if (room < 0) throw ConvertError(node.describe(), "its window is larger than its input");
    return room / stride + 1;
  };
  return {channels, out(in.height, w.pad_top + w.pad_bottom, w.dilation_h, w.kernel_h, w.stride_h),
          out(in.width, w.pad_left + w.pad_right, w.dilation_w, w.kernel_w, w.stride_w)};
}

void Importer::conv(const NodeProto& node) {
  const Symbol& source = read(node, 0);
  const bool padded = source.kind == Kind::padded;
  const Symbol& in = padded ? source : feature(node, 0);
  std::vector<int64_t> dims;
  Node ir = unary(NodeKind::conv, in);
  ir.weights = weights(node, 1, &dims);
  if (dims.size() != 4) {
    throw ConvertError(node.describe(),
                       "expected weights [outputs, inputs, height, width], found " +
                           std::to_string(dims.size()) + " dimensions");
  }
  const int outputs = bounded(node, "output channels", dims[0], 1, format::kMaxChannels);
  ir.window = window(node, bounded(node, "kernel height", dims[2], 1, format::kMaxKernel),
                     bounded(node, "kernel width", dims[3], 1, format::kMaxKernel));
  if (padded) {
    ir.window.pad_top += in.padding.pad_top;
    ir.window.pad_left += in.padding.pad_left;
    ir.window.pad_bottom += in.padding.pad_bottom;
    ir.window.pad_right += in.padding.pad_right;
  }
  ir.groups = bounded(node, "group", node.integer("group", 1), 1, format::kMaxChannels);
  ir.bias = has_input(node, 2) ? weights(node, 2, nullptr)
                               : std::vector<float>(static_cast<size_t>(outputs), 0.0f);
  if (ir.bias.size() != static_cast<size_t>(outputs)) {
    throw ConvertError(node.describe(), "expected " + std::to_string(outputs) + " biases, found " +
                                            std::to_string(ir.bias.size()));
  }
  if (in.scale) ir.weight_steps = weight_steps(read(node, 1), static_cast<size_t>(outputs));
  const Shape shape = slide(node, ir.window, in.shape, outputs);
  define_feature(node, std::move(ir), shape);
}

void Importer::pool(const NodeProto& node) {
  const Symbol& in = feature(node, 0);
  if (node.outputs.size() > 1 && !node.outputs[1].empty()) {
    define_unknown(node, node.describe() + ": pooling indices are not supported");
    return;
  }
  const auto [kernel_h, kernel_w] = pair_of(node, "kernel_shape", 0, format::kMaxKernel);
  if (kernel_h < 1) throw ConvertError(node.describe(), "expected kernel_shape, found none");
  Node ir = unary(node.op_type == "MaxPool" ? NodeKind::max_pool : NodeKind::avg_pool, in);
  ir.window = window(node, kernel_h, kernel_w);
  ir.count_padding = node.integer("count_include_pad", 0) != 0;
  const Window& w = ir.window;
  const bool remainder =
      (in.shape.height + w.pad_top + w.pad_bottom - w.kernel_h) % w.stride_h != 0 ||
      (in.shape.width + w.pad_left + w.pad_right - w.kernel_w) % w.stride_w != 0;
  if (node.integer("ceil_mode", 0) != 0 && remainder) {
    throw ConvertError(node.describe(), "ceil_mode=1 is not supported; supported: 0");
  }
  if (w.dilation_h != 1 || w.dilation_w != 1) {
    throw ConvertError(node.describe(), "dilated pooling is not supported; supported: dilations 1");
  }
  const Shape shape = slide(node, ir.window, in.shape, in.shape.channels);
  define_feature(node, std::move(ir), shape);
}

void Importer::global_average(const NodeProto& node) {
  const Symbol& in = feature(node, 0);
  if (node.op_type == "ReduceMean") {
    std::vector<int64_t> axes = integers(node, 1, "axes");
    for (int64_t& axis : axes) axis += axis < 0 ? 4 : 0;
    std::sort(axes.begin(), axes.end());
    if (axes != std::vector<int64_t>{2, 3} || node.integer("keepdims", 1) != 1) {
      define_unknown(
          node, node.describe() + ": only the mean over axes 2 and 3 with keepdims is supported");
      return;
    }
  }
  define_feature(node, unary(NodeKind::global_avg_pool, in), {in.shape.channels, 1, 1});
}

// Zeros around a feature map: becomes padding of the convolution that reads it.
void Importer::pad(const NodeProto& node) {
  const Symbol& in = feature(node, 0);
  const std::vector<int64_t> pads = integers(node, 1, "pads");
  const std::optional<Constant> value = has_input(node, 2) ? small_constant(node, 2) : std::nullopt;
  const bool zeros = !value.has_value() || value->values.empty() || value->values[0] == 0;
  const auto mode = node.attributes.find("mode");
  const bool constant = mode == node.attributes.end() || mode->second.s == "constant";
  if (pads.size() != 8 || !zeros || !constant || pads[0] != 0 || pads[1] != 0 || pads[4] != 0 ||
      pads[5] != 0) {
    define_unknown(node, node.describe() + ": only zeros around rows and columns are supported");
    return;
  }
  Symbol symbol = in;
  symbol.kind = Kind::padded;
  symbol.padding.pad_top = bounded(node, "pads", pads[2], 0, 64);
  symbol.padding.pad_left = bounded(node, "pads", pads[3], 0, 64);
  symbol.padding.pad_bottom = bounded(node, "pads", pads[6], 0, 64);
  symbol.padding.pad_right = bounded(node, "pads", pads[7], 0, 64);
  define(node.outputs[0], std::move(symbol));
}

}  // namespace linnet::converter::onnx
