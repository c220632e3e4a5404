// Data movement: shuffles, chunks, concats, Focus, resizes.
#include <algorithm>
#include <cmath>

#include "converter/error.h"
#include "converter/frontend/onnx/importer.h"
#include "model/format.h"

namespace linnet::converter::onnx {

void Importer::identity(const NodeProto& node) {
  define(node.outputs[0], read(node, 0));
  for (size_t i = 1; i < node.outputs.size(); ++i) {
    Symbol symbol;
    symbol.problem = node.describe() + ": its output " + std::to_string(i) + " is not supported";
    define(node.outputs[i], std::move(symbol));
  }
}

void Importer::shape_of(const NodeProto& node) {
  const Symbol& in = read(node, 0);
  Symbol symbol;
  symbol.kind = Kind::constant;
  symbol.constant.is_integer = true;
  if (in.kind != Kind::feature) {
    define_unknown(node, in.kind == Kind::unknown
                             ? in.problem
                             : node.describe() + ": the shape of this tensor is not supported");
    return;
  }
  symbol.constant.dims = {4};
  symbol.constant.values = {1, static_cast<double>(in.shape.channels),
                            static_cast<double>(in.shape.height),
                            static_cast<double>(in.shape.width)};
  define(node.outputs[0], std::move(symbol));
}

// Reshape targets with 0 (keep) and -1 (what is left) replaced.
static std::vector<int64_t> resolve_dims(std::vector<int64_t> dims,
                                         const std::vector<int64_t>& in) {
  int64_t total = 1, known = 1;
  for (const int64_t extent : in) total *= extent;
  for (size_t i = 0; i < dims.size(); ++i) {
    if (dims[i] == 0 && i < in.size()) dims[i] = in[i];
    if (dims[i] > 0 && dims[i] <= total) known *= dims[i];
    if (known > total) return {};
  }
  int64_t product = 1;
  for (int64_t& extent : dims) {
    if (extent == -1) extent = total / known;
    if (extent < 1 || extent > total) return {};
    product *= extent;
    if (product > total) return {};
  }
  return product == total ? dims : std::vector<int64_t>{};
}

void Importer::reshape(const NodeProto& node) {
  const Symbol in = read(node, 0);
  std::vector<int64_t> target = integers(node, 1, "shape");
  const int64_t c = in.shape.channels, h = in.shape.height, w = in.shape.width;
  std::vector<int64_t> from = {1, c, h, w};
  if (in.kind == Kind::grouped || in.kind == Kind::shuffled) {
    const int64_t inner = c / in.groups;
    from = in.kind == Kind::grouped ? std::vector<int64_t>{1, in.groups, inner, h, w}
                                    : std::vector<int64_t>{1, inner, in.groups, h, w};
  } else if (in.kind != Kind::feature) {
    (void)feature(node, 0);
  }
  const std::vector<int64_t> dims = resolve_dims(std::move(target), from);
  if (dims == std::vector<int64_t>{1, c, h, w}) {
    if (in.kind == Kind::shuffled) {
      Node ir = unary(NodeKind::channel_shuffle, in);
      ir.groups = in.groups;
      define_feature(node, std::move(ir), in.shape);
      return;
    }
    Symbol same = in;
    same.kind = Kind::feature;
    define(node.outputs[0], std::move(same));
    return;
  }
  if (in.kind == Kind::feature && dims.size() == 5 && dims[0] == 1 && dims[3] == h &&
      dims[4] == w) {
    Symbol grouped = in;
    grouped.kind = Kind::grouped;
    grouped.groups = static_cast<int>(dims[1]);
    define(node.outputs[0], std::move(grouped));
    return;
  }
  if (in.kind == Kind::feature && dims.size() >= 2 && producer(in.value) != nullptr &&
      producer(in.value)->kind == NodeKind::conv) {
    // Some other way of flattening the logits of a head: [1, a, b, H*W], [1, C, H*W], …
    const bool split = dims.size() == 4 && dims[1] * dims[2] == c;
    start_tail(node, in, split ? static_cast<int>(dims[1]) : 0,
               split ? static_cast<int>(dims[2]) : 0);
    return;
  }
  define_unknown(node, node.describe() +
                           ": this reshape is not supported; supported: the halves of a "
                           "channel shuffle, and decoding tails");
}

void Importer::transpose(const NodeProto& node) {
  const Symbol in = read(node, 0);
  const std::vector<int64_t> perm = node.integers("perm");
  if (in.kind == Kind::grouped && perm == std::vector<int64_t>{0, 2, 1, 3, 4}) {
    Symbol symbol = in;
    symbol.kind = Kind::shuffled;
    define(node.outputs[0], std::move(symbol));
  } else if (in.kind == Kind::grouped && perm == std::vector<int64_t>{0, 1, 3, 4, 2}) {
    start_tail(node, in, in.groups, in.shape.channels / in.groups);
  } else if (in.kind == Kind::feature && perm == std::vector<int64_t>{0, 2, 3, 1}) {
    start_tail(node, in, 0, 0);
  } else {
    define_unknown(node, node.describe() + ": this permutation is not supported");
  }
}

void Importer::concat(const NodeProto& node) {
  const int64_t axis = node.integer("axis", 1);
  if (axis != 1 && axis != -3) {
    define_unknown(node, node.describe() + ": only channels (axis 1) can be concatenated");
    return;
  }
  // Focus: four pixel grids of one feature map.
  const Symbol& first = read(node, 0);
  if (first.kind == Kind::strided) {
    Node blocks;
    std::vector<int> order;
    const int channels = first.shape.channels;
    charge(node, static_cast<size_t>(channels) * node.inputs.size());
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      const Symbol& part = read(node, i);
      const bool ok = part.kind == Kind::strided && part.value == first.value && part.step_y == 2 &&
                      part.step_x == 2;
      if (!ok) break;
      const int block = part.offset_y * 2 + part.offset_x;
      for (int c = 0; c < channels; ++c) order.push_back(block * channels + c);
    }
    if (order.size() != 4 * static_cast<size_t>(channels)) {
      define_unknown(node, node.describe() + ": expected the four pixel grids of a Focus block");
      return;
    }
    blocks.kind = NodeKind::space_to_depth;
    blocks.name = node.name + "/blocks";
    blocks.inputs = {first.value};
    blocks.factor = 2;
    const Shape shape = {4 * channels, first.shape.height / 2, first.shape.width / 2};
    producer_.push_back(static_cast<int>(graph_.nodes.size()));
    Node permute;
    permute.kind = NodeKind::permute_channels;
    permute.inputs = {graph_.add_node(std::move(blocks), node.outputs[0] + "/blocks")};
    permute.permutation = std::move(order);
    define_feature(node, std::move(permute), shape);
    return;
  }
  Node ir;
  ir.kind = NodeKind::concat;
  Shape shape;
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    const Symbol& in = feature(node, i);
    ir.inputs.push_back(in.value);
    const int channels = shape.channels + in.shape.channels;
    if (channels > static_cast<int>(format::kMaxChannels)) {
      throw ConvertError(node.describe(), "expected at most 8192 channels, found more");
    }
    shape = {channels, in.shape.height, in.shape.width};
  }
  define_feature(node, std::move(ir), shape);
}

void Importer::add_slice(const NodeProto& node, const Symbol& in, int begin, int end,
                         const std::string& output) {
  if (begin < 0 || begin >= end || end > in.shape.channels) {
    throw ConvertError(node.describe(), "expected channels inside 0.." +
                                            std::to_string(in.shape.channels) + ", found " +
                                            std::to_string(begin) + ".." + std::to_string(end));
  }
  Node ir = unary(NodeKind::slice, in);
  ir.begin = begin;
  ir.end = end;
  NodeProto named;
  named.op_type = node.op_type;
  named.name = node.name;
  named.inputs = node.inputs;
  named.outputs = {output};
  define_feature(named, std::move(ir), {end - begin, in.shape.height, in.shape.width});
}

void Importer::slice(const NodeProto& node) {
  const Symbol in = read(node, 0);
  const std::vector<int64_t> starts = integers(node, 1, "starts"), ends = integers(node, 2, "ends");
  std::vector<int64_t> axes = integers(node, 3, "axes"), steps = integers(node, 4, "");
  if (axes.empty()) {
    for (size_t i = 0; i < starts.size(); ++i) axes.push_back(static_cast<int64_t>(i));
  }
  if (steps.empty()) steps.assign(starts.size(), 1);
  if (starts.empty() || ends.size() != starts.size() || axes.size() != starts.size() ||
      steps.size() != starts.size()) {
    throw ConvertError(node.describe(), "expected as many starts as ends, axes and steps");
  }
  for (int64_t& axis : axes) axis += axis < 0 ? 4 : 0;
  const bool channels =
      axes.size() == 1 && axes[0] == 1 && steps[0] == 1 && in.kind == Kind::feature;
  if (!channels) {
    slice_pixels(node, in, axes, starts, steps);
    return;
  }
  const int64_t c = in.shape.channels;
  const auto clamp = [&](int64_t i) { return std::clamp(i < 0 ? i + c : i, int64_t{0}, c); };
  add_slice(node, in, static_cast<int>(clamp(starts[0])), static_cast<int>(clamp(ends[0])),
            node.outputs[0]);
}

// x[:, :, y0::2, x0::2], one axis or both at a time.
void Importer::slice_pixels(const NodeProto& node, const Symbol& in,
                            const std::vector<int64_t>& axes, const std::vector<int64_t>& starts,
                            const std::vector<int64_t>& steps) {
  Symbol symbol = in;
  bool ok = in.kind == Kind::feature || in.kind == Kind::strided;
  for (size_t i = 0; ok && i < axes.size(); ++i) {
    ok = steps[i] == 2 && (starts[i] == 0 || starts[i] == 1) && (axes[i] == 2 || axes[i] == 3);
    if (!ok) break;
    int& step = axes[i] == 2 ? symbol.step_y : symbol.step_x;
    int& offset = axes[i] == 2 ? symbol.offset_y : symbol.offset_x;
    ok = step == 1;
    step = 2;
    offset = static_cast<int>(starts[i]);
  }
  if (!ok) {
    define_unknown(node, node.describe() +
                             ": only slices of channels and the step-2 slices of a Focus "
                             "block are supported");
    return;
  }
  symbol.kind = Kind::strided;
  define(node.outputs[0], std::move(symbol));
}

void Importer::split(const NodeProto& node) {
  const Symbol in = feature(node, 0);
  const int64_t axis = node.integer("axis", 0);
  if (axis != 1 && axis != -3) {
    define_unknown(node, node.describe() + ": only channels (axis 1) can be split");
    return;
  }
  std::vector<int64_t> sizes = integers(node, 1, "split");
  const auto count = static_cast<int64_t>(node.outputs.size());
  if (sizes.empty()) {
    const int64_t each = (in.shape.channels + count - 1) / count;
    for (int64_t i = 0; i < count; ++i) {
      sizes.push_back(std::min<int64_t>(each, in.shape.channels - i * each));
    }
  }
  if (static_cast<int64_t>(sizes.size()) != count) {
    throw ConvertError(node.describe(), "expected a size for each of " + std::to_string(count) +
                                            " outputs, found " + std::to_string(sizes.size()));
  }
  int begin = 0;
  for (size_t i = 0; i < sizes.size(); ++i) {
    const int size = static_cast<int>(std::clamp<int64_t>(sizes[i], 0, format::kMaxChannels));
    add_slice(node, in, begin, begin + size, node.outputs[i]);
    begin += size;
  }
}

void Importer::resize(const NodeProto& node) {
  const Symbol in = feature(node, 0);
  const auto text = [&](const char* attribute, const char* fallback) {
    const auto found = node.attributes.find(attribute);
    return found == node.attributes.end() ? std::string(fallback) : found->second.s;
  };
  const bool upsample = node.op_type == "Upsample";
  // Nearest neighbour: asymmetric/floor is floor(x / 2). Half-pixel with round_prefer_floor gives
  // the same pixels for whole factors.
  const std::string mode = text("mode", "nearest");
  const std::string transform =
      upsample ? "asymmetric" : text("coordinate_transformation_mode", "half_pixel");
  const std::string rounding = upsample ? "floor" : text("nearest_mode", "round_prefer_floor");
  const bool floor = transform == "asymmetric" && rounding == "floor";
  const bool half = (transform == "half_pixel" || transform == "pytorch_half_pixel") &&
                    rounding.rfind("round", 0) == 0;
  if (mode != "nearest" || (!floor && !half)) {
    define_unknown(node, node.describe() + ": mode " + mode + ", " + transform + ", " + rounding +
                             " is not supported; supported: nearest with asymmetric and floor");
    return;
  }
  double y = 0, x = 0;
  const size_t scales_input = upsample ? 1 : (node.inputs.size() == 2 ? 1 : 2);
  std::optional<Constant> scales, sizes;
  if (has_input(node, scales_input)) scales = small_constant(node, scales_input);
  if (has_input(node, 3)) sizes = small_constant(node, 3);
  const auto attribute = node.attributes.find("scales");
  if (scales.has_value() && scales->values.size() == 4) {
    y = scales->values[2];
    x = scales->values[3];
  } else if (sizes.has_value() && sizes->values.size() == 4) {
    y = sizes->values[2] / in.shape.height;
    x = sizes->values[3] / in.shape.width;
  } else if (attribute != node.attributes.end() && attribute->second.floats.size() == 4) {
    y = attribute->second.floats[2];
    x = attribute->second.floats[3];
  }
  if (y != x || y != std::floor(y) || y < 1 || y > format::kMaxFactor) {
    define_unknown(
        node, node.describe() + ": expected the same whole factor up to 8 for height and width");
    return;
  }
  Node ir = unary(NodeKind::upsample, in);
  ir.factor = static_cast<int>(y);
  const Shape shape = {in.shape.channels, in.shape.height * ir.factor, in.shape.width * ir.factor};
  define_feature(node, std::move(ir), shape);
}

}  // namespace linnet::converter::onnx
