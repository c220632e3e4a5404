#include "model/verify.h"

#include <cstring>

#include "kernels/dwconv_f32/dwconv_f32.h"
#include "kernels/igemm_f32/igemm_f32.h"
#include "model/crc32.h"
#include "model/model_view.h"
#include "model/op_traits.h"

namespace linnet {
namespace {

using namespace format;

bool is_finite(float x) {
  return x - x == 0.0f;
}

bool all_zero(const uint8_t* bytes, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    if (bytes[i] != 0) return false;
  }
  return true;
}

constexpr bool is_power_of_two(uint32_t x) {
  return x != 0 && (x & (x - 1)) == 0;
}

class Verifier {
 public:
  Verifier(const void* file, size_t bytes, VerifyError* error)
      : bytes_(static_cast<const uint8_t*>(file)), size_(bytes), error_(error), view_(file) {}

  bool run() {
    return check_file() && check_sections() && check_strings() && check_header_fields() &&
           check_classes() && check_tensors() && check_nodes() && check_heads();
  }

 private:
  bool fail(VerifyCode code, const char* what, uint64_t expected, uint64_t found) {
    *error_ = {code, what, expected, found, index_};
    return false;
  }
  bool expect(bool ok, const char* what, uint64_t expected, uint64_t found) {
    return ok || fail(VerifyCode::bad, what, expected, found);
  }
  bool equal(uint64_t expected, uint64_t found, const char* what) {
    return expect(expected == found, what, expected, found);
  }
  bool at_most(uint64_t cap, uint64_t found, const char* what) {
    return expect(found <= cap, what, cap, found);
  }
  bool at_least(uint64_t low, uint64_t found, const char* what) {
    return expect(found >= low, what, low, found);
  }
  bool in_range(uint64_t low, uint64_t high, uint64_t found, const char* what) {
    return at_least(low, found, what) && at_most(high, found, what);
  }

  const Header& header() const { return view_.header(); }

  // --- the file as a whole -------------------------------------------------------------------

  bool check_file() {
    if (bytes_ == nullptr || size_ < sizeof(Header)) {
      return fail(VerifyCode::bad,
                  "file size in bytes: shorter than a header; is the file complete?",
                  sizeof(Header), bytes_ == nullptr ? 0 : size_);
    }
    const uint64_t misalignment = reinterpret_cast<uintptr_t>(bytes_) % kAlignment;
    if (misalignment != 0) {
      return fail(VerifyCode::misaligned, "address of the file: align it to 64 bytes", 0,
                  misalignment);
    }
    if (std::memcmp(bytes_, kMagic, sizeof kMagic) != 0) {
      return fail(VerifyCode::bad, "magic: not a .lnt file; make one with linnet-convert",
                  kMagic[0], bytes_[0]);
    }
    const Header& h = header();
    if (h.version != kVersion) {
      return fail(VerifyCode::unsupported, "format version: convert the model with this release",
                  kVersion, h.version);
    }
    if (!equal(sizeof(Header), h.header_bytes, "header_bytes")) return false;
    if (!at_most(kMaxFileBytes, size_, "file size in bytes")) return false;
    if (!equal(h.file_bytes, size_, "file size in bytes: is the file complete?")) return false;
    return check_crc();
  }

  bool check_crc() {
    constexpr size_t kField = offsetof(Header, crc32);
    constexpr uint8_t kZeros[sizeof(uint32_t)] = {};
    uint32_t crc = crc32(0, bytes_, kField);
    crc = crc32(crc, kZeros, sizeof kZeros);
    const size_t rest = kField + sizeof(uint32_t);
    crc = crc32(crc, bytes_ + rest, size_ - rest);
    return equal(header().crc32, crc, "crc32: the file is damaged; convert or copy it again");
  }

  bool check_sections() {
    constexpr uint32_t kRecordBytes[kSectionCount] = {1,
                                                      sizeof(uint32_t),
                                                      sizeof(HeadRecord),
                                                      sizeof(TensorRecord),
                                                      sizeof(Node),
                                                      sizeof(Segment),
                                                      1};
    constexpr uint32_t kMaxRecords[kSectionCount] = {
        kMaxFileBytes, kMaxClasses, kHeads, kMaxTensors, kMaxNodes, kMaxSegments, kMaxFileBytes};
    uint64_t end = sizeof(Header);
    for (uint32_t s = 0; s < kSectionCount; ++s) {
      index_ = s;
      const SectionRange& range = header().sections[s];
      const uint64_t start = round_up(end, kAlignment);
      if (!equal(start, range.offset,
                 "section offset: sections follow one another at multiples of 64"))
        return false;
      const uint64_t section_end = start + range.bytes;
      if (!at_most(size_, section_end, "section end: beyond the file")) return false;
      if (!equal(0, range.bytes % kRecordBytes[s], "section size: not a whole number of records"))
        return false;
      if (!at_most(kMaxRecords[s], range.bytes / kRecordBytes[s], "records in section"))
        return false;
      if (!expect(all_zero(bytes_ + end, start - end), "padding before section: not zero", 0, 1))
        return false;
      end = section_end;
    }
    index_ = -1;
    return equal(end, size_, "end of the last section: must be the end of the file");
  }

  // --- strings and header --------------------------------------------------------------------

  bool check_strings() {
    const SectionRange& range = header().sections[kStrings];
    if (!at_least(1, range.bytes, "string section: the first string must be the empty one"))
      return false;
    const uint8_t* text = bytes_ + range.offset;
    if (!equal(0, text[0], "string section: the first string must be the empty one")) return false;
    if (!equal(0, text[range.bytes - 1], "string section: the last string is not terminated"))
      return false;
    uint32_t length = 0;
    for (uint32_t i = 0; i < range.bytes;) {
      index_ = i;
      if (text[i] == 0) {
        length = 0;
        ++i;
        continue;
      }
      const auto step = static_cast<uint32_t>(utf8_character_bytes(text + i, range.bytes - i));
      const bool printable = step != 0 && !is_control_character(text + i);
      if (!expect(printable, "string: must be UTF-8 without control characters", 0x20, text[i]))
        return false;
      length += step;
      if (!at_most(kMaxNameBytes, length, "string length in bytes")) return false;
      i += step;
    }
    index_ = -1;
    return true;
  }

  bool check_name(uint32_t offset, const char* what) {
    const SectionRange& range = header().sections[kStrings];
    if (!expect(offset < range.bytes, what, range.bytes, offset)) return false;
    const bool starts = offset == 0 || bytes_[range.offset + offset - 1] == 0;
    return expect(starts, "name: does not point to the start of a string", 0, offset);
  }

  bool check_header_fields() {
    const Header& h = header();
    if (!equal(0, h.flags, "flags: reserved")) return false;
    if (!expect(all_zero(h.reserved, sizeof h.reserved), "reserved header bytes: not zero", 0, 1))
      return false;
    if (!check_name(h.model_name, "model_name: beyond the string section")) return false;
    if (!check_name(h.source, "source: beyond the string section")) return false;
    if (!in_range(1, kMaxHeadStride, h.max_stride, "max_stride")) return false;
    if (!expect(is_power_of_two(h.max_stride), "max_stride: must be a power of two", 32,
                h.max_stride))
      return false;
    const uint16_t extents[] = {h.native_height, h.native_width};
    for (const uint16_t extent : extents) {
      if (!in_range(1, kMaxExtent, extent, "native size")) return false;
      if (!equal(0, extent % h.max_stride, "native size: not a multiple of max_stride"))
        return false;
    }
    if (!equal(3, h.input_channels, "input_channels")) return false;
    const bool scale_ok = is_finite(h.input_scale) && h.input_scale > 0;
    if (!expect(scale_ok, "input_scale: must be finite and above zero", 1, 0)) return false;
    if (!in_range(1, kMaxClasses, h.class_count, "class_count")) return false;
    if (!equal(uint64_t{h.class_count} * sizeof(uint32_t), h.sections[kClasses].bytes,
               "class section size"))
      return false;
    if (!equal(kHeads, h.head_count, "head_count")) return false;
    return equal(uint64_t{h.head_count} * sizeof(HeadRecord), h.sections[kHeadRecords].bytes,
                 "head section size");
  }

  bool check_classes() {
    const auto* offsets =
        reinterpret_cast<const uint32_t*>(bytes_ + header().sections[kClasses].offset);
    for (int i = 0; i < header().class_count; ++i) {
      index_ = i;
      if (!check_name(offsets[i], "class name: beyond the string section")) return false;
    }
    index_ = -1;
    return true;
  }

  // --- tensors -------------------------------------------------------------------------------

  bool check_tensors() {
    if (!at_least(1, static_cast<uint64_t>(view_.tensor_count()), "tensors")) return false;
    for (int i = 0; i < view_.tensor_count(); ++i) {
      index_ = i;
      const TensorRecord& t = view_.tensor(i);
      if (!check_name(t.name, "tensor name: beyond the string section")) return false;
      if (!in_range(1, kMaxChannels, t.channels, "tensor channels")) return false;
      if (t.dtype != kF32) {
        return fail(VerifyCode::unsupported, "tensor dtype: this build reads f32", kF32, t.dtype);
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

  // --- nodes ---------------------------------------------------------------------------------

  bool check_nodes() {
    uint32_t segment_cursor = 0;
    uint64_t weight_cursor = 0;
    if (!at_least(1, static_cast<uint64_t>(view_.node_count()), "nodes")) return false;
    for (int i = 0; i < view_.node_count(); ++i) {
      index_ = i;
      const Node& node = view_.node(i);
      if (!check_node_fields(node)) return false;
      const OpTraits& traits = *op_traits(node.op);
      if (!check_node_views(node, traits, &segment_cursor)) return false;
      if (!check_window(node, traits) || !check_parameter(node, traits)) return false;
      if (!check_channels(node, traits)) return false;
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

  bool check_node_fields(const Node& node) {
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
    return expect(all_zero(node.reserved2, sizeof node.reserved2), "reserved node bytes: not zero",
                  0, 1);
  }

  bool check_node_views(const Node& node, const OpTraits& traits, uint32_t* cursor) {
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
      if (!check_read(view_.operand(node, i), node.op == k_conv2d)) return false;
    }
    return check_write(node);
  }

  bool check_segment(const Segment& s) {
    const auto tensors = static_cast<uint32_t>(view_.tensor_count());
    if (!expect(s.tensor < tensors, "segment tensor: no such tensor", tensors, s.tensor))
      return false;
    if (!at_least(1, s.channels, "segment channels")) return false;
    if (!at_most(view_.tensor(s.tensor).channels, uint64_t{s.channel} + s.channels,
                 "segment end: beyond the tensor's channels"))
      return false;
    return equal(0, s.reserved, "reserved segment byte");
  }

  bool check_read(const View& view, bool may_upsample) {
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

  static bool overlap(const Segment& a, const Segment& b) {
    return a.tensor == b.tensor && a.channel < b.channel + b.channels &&
           b.channel < a.channel + a.channels;
  }

  bool check_write(const Node& node) {
    const View out = view_.output(node);
    for (int i = 0; i < out.count; ++i) {
      const Segment& s = out.segments[i];
      if (!check_segment(s)) return false;
      if (!expect(s.tensor != 0, "output segment: the input tensor is read only", 1, 0))
        return false;
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
          if (!expect(!overlap(s, in.segments[j]), "output segment: overlaps what the node reads",
                      0, s.channel))
            return false;
        }
      }
    }
    return true;
  }

  bool check_side(uint32_t kernel, uint32_t stride, uint32_t dilation, uint32_t before,
                  uint32_t after) {
    if (!in_range(1, kMaxKernel, kernel, "kernel")) return false;
    if (!in_range(1, kMaxStride, stride, "stride")) return false;
    if (!in_range(1, kMaxDilation, dilation, "dilation")) return false;
    const uint32_t reach = dilation * (kernel - 1);
    if (!at_most(reach, before, "padding: must be smaller than the dilated kernel")) return false;
    return at_most(reach, after, "padding: must be smaller than the dilated kernel");
  }

  bool check_window(const Node& n, const OpTraits& traits) {
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
    return true;
  }

  bool check_parameter(const Node& node, const OpTraits& traits) {
    switch (traits.window) {
      case WindowKind::factor:
        return in_range(2, kMaxFactor, node.parameter, "factor");
      case WindowKind::groups: {
        const auto channels = static_cast<uint32_t>(view_.operand(node, 0).channels());
        if (!in_range(1, channels, node.parameter, "groups")) return false;
        return equal(0, channels % node.parameter, "groups: must divide the channels");
      }
      default:
        return at_most(node.op == k_avg_pool ? 1 : 0, node.parameter,
                       "parameter: unused by this op");
    }
  }

  bool check_channels(const Node& node, const OpTraits& traits) {
    const auto in = static_cast<uint64_t>(view_.operand(node, 0).channels());
    const auto out = static_cast<uint64_t>(view_.output(node).channels());
    switch (traits.channels) {
      case ChannelRule::free:
        return true;
      case ChannelRule::depth:
        return equal(in * node.parameter * node.parameter, out, "output channels");
      case ChannelRule::broadcast:
        if (!equal(in, static_cast<uint64_t>(view_.operand(node, 1).channels()),
                   "channels of the second operand"))
          return false;
        return equal(in, out, "output channels");
      case ChannelRule::same:
        return equal(in, out, "output channels");
    }
    return false;
  }

  // Bytes that the layout asks for. All factors are capped, so 64 bits cannot overflow.
  uint64_t weight_bytes(const Node& node, const OpTraits& traits) const {
    const uint64_t taps = uint64_t{node.kernel_h} * node.kernel_w;
    const auto in = static_cast<uint64_t>(view_.operand(node, 0).channels());
    const auto out = static_cast<uint64_t>(view_.output(node).channels());
    switch (traits.weights) {
      case WeightKind::none:
        return 0;
      case WeightKind::igemm: {
        const uint64_t panel =
            round_up64((in * taps + 1) * kIgemmF32PanelWidth * sizeof(float), kIgemmF32PanelAlign);
        return (out + kIgemmF32PanelWidth - 1) / kIgemmF32PanelWidth * panel;
      }
      case WeightKind::dwconv:
        return round_up64(out, kDwconvF32ChannelMultiple) * (taps + 1) * sizeof(float);
    }
    return 0;
  }

  static uint64_t round_up64(uint64_t value, uint64_t multiple) {
    return (value + multiple - 1) / multiple * multiple;
  }

  bool check_weights(const Node& node, const OpTraits& traits, uint64_t* cursor) {
    constexpr uint8_t kLayouts[] = {kNoWeights, kIgemmF32N8k1, kDwconvF32K1c8};
    const uint8_t layout = kLayouts[static_cast<int>(traits.weights)];
    if (node.weight_layout != layout) {
      return fail(
          VerifyCode::unsupported,
          "weight_layout: no kernel of this build reads it; convert the model with this release",
          layout, node.weight_layout);
    }
    if (traits.weights == WeightKind::none) {
      return equal(0, uint64_t{node.weight_offset} | node.weight_bytes,
                   "weights: this op has none");
    }
    const SectionRange& range = header().sections[kWeights];
    const uint64_t start = round_up64(*cursor, kAlignment);
    if (!equal(start, node.weight_offset, "weight_offset: regions must follow one another"))
      return false;
    if (!equal(weight_bytes(node, traits), node.weight_bytes, "weight_bytes")) return false;
    const uint64_t end = start + node.weight_bytes;
    if (!at_most(range.bytes, end, "weight region: ends beyond the section")) return false;
    const uint8_t* section = bytes_ + range.offset;
    if (!expect(all_zero(section + *cursor, start - *cursor), "padding before weights: not zero", 0,
                1))
      return false;
    *cursor = end;
    const auto* weights = reinterpret_cast<const float*>(section + start);
    for (uint32_t i = 0; i < node.weight_bytes / sizeof(float); ++i) {
      if (!is_finite(weights[i])) {
        return fail(VerifyCode::bad, "weight: infinite or not a number; the source model is broken",
                    0, i);
      }
    }
    return true;
  }

  // Every claim of first_writer, which check_read relied on, is true.
  bool check_first_writers() {
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

  // --- heads ---------------------------------------------------------------------------------

  bool check_heads() {
    uint32_t previous = 0;
    for (int i = 0; i < view_.head_count(); ++i) {
      index_ = i;
      const HeadRecord& head = view_.head(i);
      const auto tensors = static_cast<uint32_t>(view_.tensor_count());
      const bool tensor_ok = head.tensor != 0 && head.tensor < tensors;
      if (!expect(tensor_ok, "head tensor: no such tensor", tensors, head.tensor)) return false;
      if (!in_range(previous + 1, header().max_stride, head.stride, "head stride: must rise"))
        return false;
      if (!expect(is_power_of_two(head.stride), "head stride: must be a power of two", 8,
                  head.stride))
        return false;
      previous = head.stride;
      if (!check_anchors(head)) return false;
      const uint64_t channels = uint64_t{head.anchor_count} * (5u + header().class_count);
      if (!equal(channels, view_.tensor(head.tensor).channels, "head channels")) return false;
    }
    index_ = -1;
    return true;
  }

  bool check_anchors(const HeadRecord& head) {
    if (!in_range(1, kMaxAnchorsPerHead, head.anchor_count, "anchor_count")) return false;
    if (!equal(0, head.reserved, "reserved head bytes")) return false;
    for (uint32_t a = 0; a < kMaxAnchorsPerHead; ++a) {
      for (const float side : head.anchors[a]) {
        const bool ok = a < head.anchor_count ? side > 0 && side <= 65536 : side == 0;
        if (!expect(ok, "anchor: must be above 0 and at most 65536 pixels, unused ones 0", 1, a))
          return false;
      }
    }
    return true;
  }

  const uint8_t* bytes_;
  size_t size_;
  VerifyError* error_;
  ModelView view_;
  int64_t index_ = -1;
};

}  // namespace

size_t utf8_character_bytes(const uint8_t* text, size_t bytes) {
  if (bytes == 0) return 0;
  const uint8_t lead = text[0];
  if (lead < 0x80) return 1;
  const size_t length = lead >= 0xF0 ? 4 : (lead >= 0xE0 ? 3 : 2);
  if (lead < 0xC2 || lead > 0xF4 || length > bytes) return 0;
  uint32_t code = lead & (0x7Fu >> length);
  for (size_t i = 1; i < length; ++i) {
    if ((text[i] & 0xC0) != 0x80) return 0;
    code = (code << 6) | (text[i] & 0x3Fu);
  }
  constexpr uint32_t kLowest[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  return code < kLowest[length] || code > 0x10FFFF || surrogate ? 0 : length;
}

bool is_control_character(const uint8_t* text) {
  return text[0] < 0x20 || text[0] == 0x7F || (text[0] == 0xC2 && text[1] < 0xA0);
}

bool model_verify(const void* file, size_t bytes, VerifyError* error) {
  *error = {};
  return Verifier(file, bytes, error).run();
}

}  // namespace linnet
