// The verifier's checks of tensors and nodes.
#include "model/verifier.h"

namespace linnet::format {

// Ops whose results may go through a table: those that read s8 and multiply.
bool Verifier::may_have_table(const Node& node) const {
  return (node.op == k_conv2d || node.op == k_dwconv2d) && output_type(node) == kS8;
}

// Ops that find their input pixels through pointers.
static bool may_upsample(const Node& node) {
  return node.op == k_conv2d || node.op == k_winograd_conv2d;
}

bool Verifier::check_tensors() {
  if (!at_least(1, static_cast<uint64_t>(view_.tensor_count()), "tensors")) return false;
  for (int i = 0; i < view_.tensor_count(); ++i) {
    index_ = i;
    const TensorRecord& t = view_.tensor(i);
    if (!check_name(t.name, "tensor name: beyond the string section")) return false;
    if (!in_range(1, kMaxChannels, t.channels, "tensor channels")) return false;
    if (t.dtype != kF32 && t.dtype != kS8) {
      return fail(VerifyCode::unsupported, "tensor dtype: this build reads f32 and s8", kS8,
                  t.dtype);
    }
    if (!equal(0, uint64_t{t.reserved} | t.reserved2 | t.reserved3, "reserved tensor bytes"))
      return false;
    const bool is_input = i == 0;
    const uint32_t nodes = static_cast<uint32_t>(view_.node_count());
    if (is_input) {
      if (!equal(header().input_channels, t.channels, "input tensor channels")) return false;
      if (!equal(kNoWriter, t.first_writer, "input tensor: no node may write it")) return false;
    } else if (!expect(t.first_writer < nodes, "first_writer: no such node", nodes,
                       t.first_writer)) {
      return false;
    }
  }
  index_ = -1;
  return true;
}

bool Verifier::check_nodes() {
  uint32_t segment_cursor = 0;
  uint64_t weight_cursor = 0;
  if (!at_least(1, static_cast<uint64_t>(view_.node_count()), "nodes")) return false;
  for (int i = 0; i < view_.node_count(); ++i) {
    index_ = i;
    const Node& node = view_.node(i);
    if (!check_node_fields(node)) return false;
    const OpTraits& traits = *op_traits(node.op);
    if (!check_node_views(node, traits, &segment_cursor)) return false;
    if (!check_types(node, traits)) return false;
    if (!check_window(node, traits) || !check_parameter(node, traits)) return false;
    if (!check_channels(node, traits)) return false;
    if (!check_quantization(node, traits)) return false;
    if (!check_weights(node, traits, &weight_cursor)) return false;
  }
  index_ = -1;
  const uint64_t segments = header().sections[kSegments].bytes / sizeof(Segment);
  if (!equal(segments, segment_cursor, "segments: nodes must use every one")) return false;
  if (!equal(header().sections[kWeights].bytes, weight_cursor,
             "weights: nodes must use every byte"))
    return false;
  return check_first_writers();
}

bool Verifier::check_node_fields(const Node& node) {
  if (!check_name(node.name, "node name: beyond the string section")) return false;
  const OpTraits* traits = op_traits(node.op);
  if (traits == nullptr) {
    return fail(VerifyCode::unsupported, "op code: unknown to this build", 0, node.op);
  }
  if (!equal(traits->operands, node.operand_count, "operand_count")) return false;
  if (!at_most(kActivationCount - 1, node.activation, "activation")) return false;
  const bool fuses = traits->weights != WeightKind::none ||
                     traits->channels == ChannelRule::broadcast || node.op == k_activation;
  if (!expect(fuses || node.activation == 0, "activation: this op has none", 0, node.activation))
    return false;
  const bool leaky = node.activation == static_cast<uint8_t>(Activation::leaky_relu);
  const bool alpha_ok = leaky ? is_finite(node.activation_alpha) : node.activation_alpha == 0.0f;
  if (!expect(alpha_ok, "activation_alpha: must be finite, and 0 unless leaky_relu", 0, 1))
    return false;
  if (!equal(0, node.reserved, "reserved node bytes")) return false;
  return expect(all_zero(node.reserved2, sizeof node.reserved2), "reserved node bytes: not zero", 0,
                1);
}

bool Verifier::check_node_views(const Node& node, const OpTraits& traits, uint32_t* cursor) {
  if (!equal(*cursor, node.first_segment, "first_segment: views must follow one another"))
    return false;
  const uint32_t table = header().sections[kSegments].bytes / sizeof(Segment);
  const uint32_t cap = takes_one_segment(traits) ? 1 : kMaxSegmentsPerView;
  for (int i = 0; i < 2; ++i) {
    const bool used = i < node.operand_count;
    if (!in_range(used ? 1 : 0, used ? cap : 0, node.operand_segments[i], "operand_segments"))
      return false;
  }
  if (!in_range(1, cap, node.output_segments, "output_segments")) return false;
  *cursor += node.operand_segments[0] + node.operand_segments[1] + node.output_segments;
  if (!at_most(table, *cursor, "segments: a view ends beyond the table")) return false;
  for (int i = 0; i < node.operand_count; ++i) {
    if (!check_read(view_.operand(node, i), may_upsample(node))) return false;
  }
  return check_write(node);
}

bool Verifier::check_segment(const Segment& s) {
  const auto tensors = static_cast<uint32_t>(view_.tensor_count());
  if (!expect(s.tensor < tensors, "segment tensor: no such tensor", tensors, s.tensor))
    return false;
  if (!at_least(1, s.channels, "segment channels")) return false;
  if (!at_most(view_.tensor(s.tensor).channels, uint64_t{s.channel} + s.channels,
               "segment end: beyond the tensor's channels"))
    return false;
  return equal(0, s.reserved, "reserved segment byte");
}

bool Verifier::check_read(const View& view, bool may_upsample) {
  for (int i = 0; i < view.count; ++i) {
    const Segment& s = view.segments[i];
    if (!check_segment(s)) return false;
    if (!at_most(may_upsample ? kMaxUpsampleShift : 0, s.upsample_shift, "upsample_shift"))
      return false;
    const bool written = s.tensor == 0 || view_.tensor(s.tensor).first_writer < index_;
    if (!expect(written, "segment tensor: read before any node writes it",
                static_cast<uint64_t>(index_), view_.tensor(s.tensor).first_writer))
      return false;
  }
  return true;
}

bool Verifier::check_write(const Node& node) {
  const View out = view_.output(node);
  for (int i = 0; i < out.count; ++i) {
    const Segment& s = out.segments[i];
    if (!check_segment(s)) return false;
    if (!expect(s.tensor != 0, "output segment: the input tensor is read only", 1, 0)) return false;
    if (!equal(0, s.upsample_shift, "output segment: upsample_shift must be 0")) return false;
    if (!at_least(view_.tensor(s.tensor).first_writer, static_cast<uint64_t>(index_),
                  "first_writer: an earlier node writes this tensor"))
      return false;
    for (int j = 0; j < i; ++j) {
      if (!expect(!overlap(s, out.segments[j]), "output segments: overlap", 0, s.channel))
        return false;
    }
    for (int operand = 0; operand < node.operand_count; ++operand) {
      const View in = view_.operand(node, operand);
      for (int j = 0; j < in.count; ++j) {
        if (!expect(!overlap(s, in.segments[j]), "output segment: overlaps what the node reads", 0,
                    s.channel))
          return false;
      }
    }
  }
  return true;
}

bool Verifier::check_one_type(const View& view, DType* type) {
  for (int i = 0; i < view.count; ++i) {
    const auto found = static_cast<DType>(view_.tensor(view.segments[i].tensor).dtype);
    if (i == 0) *type = found;
    if (!equal(*type, found, "dtype of a segment: differs from the first one's")) return false;
  }
  return true;
}

bool Verifier::check_types(const Node& node, const OpTraits& traits) {
  DType in = kF32, out = kF32, second = kF32;
  if (!check_one_type(view_.operand(node, 0), &in) || !check_one_type(view_.output(node), &out))
    return false;
  if (node.operand_count == 2 && (!check_one_type(view_.operand(node, 1), &second) ||
                                  !equal(in, second, "dtype of the second operand")))
    return false;
  if (traits.types == TypeRule::same)
    return equal(in, out, "dtype of the output: must be the input's");
  if (traits.types == TypeRule::dense)
    return expect(in == kS8 || out == kF32, "dtype of the output: must be f32", kF32, out);
  // f32, to_s8, to_f32
  const DType reads = traits.types == TypeRule::to_f32 ? kS8 : kF32;
  const DType makes = traits.types == TypeRule::to_s8 ? kS8 : kF32;
  return equal(reads, in, "dtype of the input: this op reads the other one") &&
         equal(makes, out, "dtype of the output: this op makes the other one");
}

bool Verifier::check_side(uint32_t kernel, uint32_t stride, uint32_t dilation, uint32_t before,
                          uint32_t after) {
  if (!in_range(1, kMaxKernel, kernel, "kernel")) return false;
  if (!in_range(1, kMaxStride, stride, "stride")) return false;
  if (!in_range(1, kMaxDilation, dilation, "dilation")) return false;
  const uint32_t reach = dilation * (kernel - 1);
  if (!at_most(reach, before, "padding: must be smaller than the dilated kernel")) return false;
  return at_most(reach, after, "padding: must be smaller than the dilated kernel");
}

bool Verifier::check_window(const Node& n, const OpTraits& traits) {
  if (traits.window != WindowKind::sliding) {
    const uint32_t used = n.kernel_h | n.kernel_w | n.stride_h | n.stride_w | n.dilation_h |
                          n.dilation_w | n.pad_top | n.pad_left | n.pad_bottom | n.pad_right;
    return equal(0, used, "window: this op slides none");
  }
  if (!check_side(n.kernel_h, n.stride_h, n.dilation_h, n.pad_top, n.pad_bottom)) return false;
  if (!check_side(n.kernel_w, n.stride_w, n.dilation_w, n.pad_left, n.pad_right)) return false;
  if (traits.weights == WeightKind::none) {
    return equal(1, n.dilation_h, "dilation of a pool") &&
           equal(1, n.dilation_w, "dilation of a pool");
  }
  if (traits.weights == WeightKind::winograd) {
    return equal(3, n.kernel_h, "kernel: winograd_conv2d") &&
           equal(3, n.kernel_w, "kernel: winograd_conv2d") &&
           equal(1, n.stride_h, "stride: winograd_conv2d") &&
           equal(1, n.stride_w, "stride: winograd_conv2d") &&
           equal(1, n.dilation_h, "dilation: winograd_conv2d") &&
           equal(1, n.dilation_w, "dilation: winograd_conv2d");
  }
  return true;
}

uint16_t Verifier::most_parameter(const Node& node) const {
  if (node.op == k_avg_pool) return 1;
  if (!may_have_table(node)) return 0;
  return node.op == k_conv2d ? kHasTable | kSmallSums : kHasTable;
}

bool Verifier::check_parameter(const Node& node, const OpTraits& traits) {
  switch (traits.window) {
    case WindowKind::factor:
      return in_range(2, kMaxFactor, node.parameter, "factor");
    case WindowKind::groups: {
      const auto channels = static_cast<uint32_t>(view_.operand(node, 0).channels());
      if (!in_range(1, channels, node.parameter, "groups")) return false;
      return equal(0, channels % node.parameter, "groups: must divide the channels");
    }
    default:
      if (traits.weights == WeightKind::winograd) {
        return expect(node.parameter == 2 || node.parameter == 4,
                      "parameter: side of a winograd tile, 2 or 4", 4, node.parameter);
      }
      return at_most(most_parameter(node), node.parameter, "parameter: unused by this op");
  }
}

bool Verifier::check_channels(const Node& node, const OpTraits& traits) {
  const auto in = static_cast<uint64_t>(view_.operand(node, 0).channels());
  const auto out = static_cast<uint64_t>(view_.output(node).channels());
  if (traits.channels == ChannelRule::free) return true;
  if (traits.channels == ChannelRule::broadcast &&
      !equal(in, static_cast<uint64_t>(view_.operand(node, 1).channels()),
             "channels of the second operand"))
    return false;
  const uint64_t factor = traits.channels == ChannelRule::depth ? node.parameter : 1;
  return equal(in * factor * factor, out, "output channels");
}

bool Verifier::check_first_writers() {
  for (int i = 1; i < view_.tensor_count(); ++i) {
    index_ = i;
    const Node& node = view_.node(view_.tensor(i).first_writer);
    const View out = view_.output(node);
    bool writes = false;
    for (int j = 0; j < out.count; ++j) writes = writes || out.segments[j].tensor == i;
    if (!expect(writes, "first_writer: that node does not write this tensor", 1, 0)) return false;
  }
  index_ = -1;
  return true;
}

}  // namespace linnet::format
