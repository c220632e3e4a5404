// Layers that move channels or pixels and compute nothing.
#include <algorithm>
#include <cmath>

#include "converter/error.h"
#include "converter/frontend/ncnn/importer.h"
#include "converter/whole_number.h"

namespace linnet::converter::ncnn {
namespace {

// Channels are the first of three axes.
bool is_channel_axis(double axis) {
  return axis == 0 || axis == -3;
}

// An index that may count from the end, clamped to [0, extent].
int clamp_index(double value, int extent) {
  if (value < 0) value += extent;
  return static_cast<int>(whole_number(std::clamp(value, 0.0, static_cast<double>(extent))));
}

struct Range {
  int begin = 0, end = 0;
};

// starts, ends and axes (parameters 9, 10, 11).
Range crop_by_axes(const Layer& layer, int channels) {
  const std::vector<double>& starts = layer.array(9);
  const std::vector<double>& ends = layer.array(10);
  const std::vector<double>& axes = layer.array(11);
  const bool channels_only = starts.size() == 1 && ends.size() == 1 &&
                             (axes.empty() || (axes.size() == 1 && is_channel_axis(axes[0])));
  if (!channels_only) unsupported(layer, "cropping rows or columns", "channels (-23311=1,0)");
  const int begin = starts[0] == kRest ? 0 : clamp_index(starts[0], channels);
  return {begin, ends[0] == kRest ? channels : clamp_index(ends[0], channels)};
}

// Offsets and sizes (parameters 0 to 8): x, y, channel offsets; width, height, channels; offsets
// from the other end.
Range crop_by_offsets(const Layer& layer, int channels) {
  const auto whole = [&layer](int size) {
    const double value = layer.number(size, 0);
    return value == 0 || value == kRest;
  };
  const bool rows = layer.number(0, 0) != 0 || layer.number(1, 0) != 0 || !whole(3) || !whole(4) ||
                    layer.number(6, 0) != 0 || layer.number(7, 0) != 0;
  if (rows) unsupported(layer, "cropping rows or columns", "channels (parameters 2, 5, 8)");
  const int begin = layer.integer(2, 0, 0, kMaxChannels);
  const int size = layer.integer(5, 0, kRest, kMaxChannels);
  const int behind = layer.integer(8, 0, 0, kMaxChannels);
  return {begin, size > 0 ? begin + size : channels - behind};
}

}  // namespace

void Importer::concat(const Layer& layer) {
  if (!is_channel_axis(layer.number(0, 0))) {
    unsupported(layer, "an axis other than channels (parameter 0)", "0=0");
  }
  Node node;
  node.kind = NodeKind::concat;
  int channels = 0;
  for (size_t i = 0; i < layer.inputs.size(); ++i) {
    const Blob in = read(layer, i);
    node.inputs.push_back(in.value);
    channels = std::min(channels + in.channels, 2 * kMaxChannels);
  }
  add(layer, std::move(node), channels);
}

void Importer::add_slice(const Layer& layer, const Blob& in, int begin, int end,
                         const std::string& output) {
  if (begin < 0 || begin >= end || end > in.channels) {
    throw ConvertError(layer.describe(), "expected channels inside 0.." +
                                             std::to_string(in.channels) + ", found " +
                                             std::to_string(begin) + ".." + std::to_string(end));
  }
  Node node = unary(NodeKind::slice, in);
  node.begin = begin;
  node.end = end;
  Blob blob;
  blob.value = add_hidden(layer, std::move(node), output);
  blob.channels = end - begin;
  define(layer, output, std::move(blob));
}

void Importer::crop(const Layer& layer) {
  if (layer.inputs.size() != 1) unsupported(layer, "cropping to another blob's size", "one input");
  const Blob in = read(layer, 0);
  const Range range = layer.array(9).empty() ? crop_by_offsets(layer, in.channels)
                                             : crop_by_axes(layer, in.channels);
  add_slice(layer, in, range.begin, range.end, layer.outputs[0]);
}

// Sizes (parameter 0) or the indices between the parts (parameter 2).
void Importer::slice(const Layer& layer) {
  const Blob in = read(layer, 0);
  if (!is_channel_axis(layer.number(1, 0)))
    unsupported(layer, "an axis other than channels (parameter 1)", "1=0");
  const std::vector<double>& sizes = layer.array(0);
  const std::vector<double>& cuts = layer.array(2);
  const size_t parts = layer.outputs.size();
  const bool by_index = sizes.empty() && cuts.size() + 1 == parts;
  if (!by_index && sizes.size() != parts) {
    throw ConvertError(layer.describe(), "expected a size for each of " + std::to_string(parts) +
                                             " outputs, found " + std::to_string(sizes.size()));
  }
  int begin = 0;
  for (size_t i = 0; i < parts; ++i) {
    int end = in.channels;
    if (by_index) {
      if (i < cuts.size()) end = clamp_index(cuts[i], in.channels);
    } else if (sizes[i] == kRest) {
      end = begin + (in.channels - begin) / static_cast<int>(parts - i);
    } else {
      end = begin + static_cast<int>(whole_number(std::clamp(sizes[i], 0.0, kMaxChannels + 1.0)));
    }
    add_slice(layer, in, begin, end, layer.outputs[i]);
    begin = end;
  }
}

void Importer::shuffle(const Layer& layer) {
  const Blob in = read(layer, 0);
  Node node = unary(NodeKind::channel_shuffle, in);
  node.groups = layer.integer(0, 1, 1, kMaxChannels);
  if (in.channels % node.groups != 0) {
    throw ConvertError(layer.describe(), "expected groups that divide " +
                                             std::to_string(in.channels) + " channels, found " +
                                             std::to_string(node.groups));
  }
  if (layer.integer(1, 0, 0, 1) == 1) node.groups = in.channels / node.groups;
  add(layer, std::move(node), in.channels);
}

// The whole factor of a resize that is given as factors (1, 2) or as an output size (3, 4).
int Importer::interp_factor(const Layer& layer, const Blob& in) {
  const auto wrong = [&layer] {
    unsupported(layer, "a resize that is not a whole factor up to 8, the same for height and width",
                "1=2 2=2");
  };
  double y = layer.number(1, 1), x = layer.number(2, 1);
  const double height = layer.number(3, 0), width = layer.number(4, 0);
  if (height != 0 || width != 0) {
    constexpr int kMaxSizedInterps = 16;  // each costs a walk over the graph
    if (++sized_interps_ > kMaxSizedInterps) wrong();
    infer_shapes(&graph_);
    const Shape& shape = graph_.values[static_cast<size_t>(in.value)].shape;
    y = height / shape.height;
    x = width / shape.width;
  }
  if (y != x || y != std::floor(y) || y < 1 || y > format::kMaxFactor) wrong();
  return static_cast<int>(y);
}

void Importer::interp(const Layer& layer) {
  if (layer.inputs.size() != 1) unsupported(layer, "resizing to another blob's size", "1=2 2=2");
  const Blob in = read(layer, 0);
  if (layer.integer(0, 0, 0, 3) != 1) {
    unsupported(layer, "a resize_type (parameter 0) other than nearest", "0=1");
  }
  Node node = unary(NodeKind::upsample, in);
  node.factor = interp_factor(layer, in);
  add(layer, std::move(node), in.channels);
}

// The layer's blocks are permuted ones of space_to_depth: out[i] = blocks[permutation[i]].
void Importer::add_space_to_depth(const Layer& layer, const Blob& in, int factor,
                                  const std::vector<int>& permutation) {
  Node blocks = unary(NodeKind::space_to_depth, in);
  blocks.factor = factor;
  Node order;
  order.kind = NodeKind::permute_channels;
  order.inputs = {add_hidden(layer, std::move(blocks), layer.outputs[0] + "/blocks")};
  order.permutation = permutation;
  add(layer, std::move(order), static_cast<int>(permutation.size()));
}

// Channel-major: out[(c * s + dy) * s + dx]; mode 1: out[(dy * s + dx) * C + c].
void Importer::reorg(const Layer& layer) {
  const Blob in = read(layer, 0);
  const int factor = layer.integer(0, 1, 2, static_cast<int>(format::kMaxFactor));
  const bool channel_major = layer.integer(1, 0, 0, 1) == 0;
  const int blocks = factor * factor, outputs = blocks * in.channels;
  if (outputs > kMaxChannels) unsupported(layer, "so many channels", "up to 8192");
  std::vector<int> permutation;
  for (int i = 0; i < outputs; ++i) {
    permutation.push_back(channel_major ? i % blocks * in.channels + i / blocks : i);
  }
  add_space_to_depth(layer, in, factor, permutation);
}

// YOLOv5's Focus: the order of the four blocks is y0x0, y1x0, y0x1, y1x1.
void Importer::focus(const Layer& layer) {
  const Blob in = read(layer, 0);
  if (4 * in.channels > kMaxChannels) unsupported(layer, "so many channels", "up to 8192");
  std::vector<int> permutation;
  for (const int block : {0, 2, 1, 3}) {
    for (int c = 0; c < in.channels; ++c) permutation.push_back(block * in.channels + c);
  }
  add_space_to_depth(layer, in, 2, permutation);
}

}  // namespace linnet::converter::ncnn
