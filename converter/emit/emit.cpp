#include "converter/emit/emit.h"

#include <algorithm>
#include <cstring>
#include <map>

#include "converter/emit/pack_weights.h"
#include "converter/error.h"
#include "model/crc32.h"
#include "model/format.h"
#include "model/op_traits.h"
#include "model/verify.h"

namespace linnet::converter {
namespace {

template <typename Record>
void append(std::vector<uint8_t>* out, const Record& record) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(&record);
  out->insert(out->end(), bytes, bytes + sizeof record);
}

void pad_to_alignment(std::vector<uint8_t>* out) {
  out->resize(round_up(out->size(), format::kAlignment), 0);
}

// String table: each different string once, the empty one first.
class Strings {
 public:
  Strings() { add(""); }

  uint32_t add(const std::string& text) {
    const std::string clean = sanitize(text);
    const auto [place, is_new] = offsets_.try_emplace(clean, static_cast<uint32_t>(bytes_.size()));
    if (is_new) {
      bytes_.insert(bytes_.end(), clean.begin(), clean.end());
      bytes_.push_back(0);
    }
    return place->second;
  }
  const std::vector<uint8_t>& bytes() const { return bytes_; }

 private:
  // Names come from untrusted files: keep printable, valid UTF-8 up to the cap.
  static std::string sanitize(const std::string& text) {
    std::string out;
    for (size_t i = 0; i < text.size() && out.size() < format::kMaxNameBytes;) {
      const auto* character = reinterpret_cast<const uint8_t*>(text.data()) + i;
      const size_t length = utf8_character_bytes(character, text.size() - i);
      if (length == 0 || is_control_character(character)) {
        out.push_back('?');
        i += length == 0 ? 1 : length;
        continue;
      }
      if (out.size() + length > format::kMaxNameBytes) break;
      out.append(text, i, length);
      i += length;
    }
    return out;
  }

  std::map<std::string, uint32_t> offsets_;
  std::vector<uint8_t> bytes_;
};

class Emitter {
 public:
  Emitter(const Graph& graph, const Program& program) : graph_(graph), program_(program) {}

  std::vector<uint8_t> run() {
    check_caps();
    format::Header header = make_header();
    std::vector<uint8_t> sections[format::kSectionCount];
    for (const std::string& name : graph_.class_names) {
      append(&sections[format::kClasses], strings_.add(name));
    }
    add_heads(&sections[format::kHeadRecords]);
    add_tensors(&sections[format::kTensors]);
    add_nodes(&sections[format::kNodes], &sections[format::kSegments], &sections[format::kWeights]);
    sections[format::kStrings] = strings_.bytes();
    return assemble(&header, sections);
  }

 private:
  void check_caps() const {
    const auto check = [](const char* what, size_t found, size_t cap) {
      if (found > cap) {
        throw ConvertError("", std::string("expected at most ") + std::to_string(cap) + " " + what +
                                   ", found " + std::to_string(found));
      }
    };
    check("buffers", program_.buffers.size(), format::kMaxTensors);
    check("steps", program_.steps.size(), format::kMaxNodes);
    check("classes", graph_.class_names.size(), format::kMaxClasses);
  }

  format::Header make_header() {
    format::Header header{};
    std::memcpy(header.magic, format::kMagic, sizeof header.magic);
    header.version = format::kVersion;
    header.header_bytes = sizeof header;
    header.model_name = strings_.add(graph_.name);
    header.source = strings_.add(graph_.source);
    header.native_height = static_cast<uint16_t>(graph_.native_height);
    header.native_width = static_cast<uint16_t>(graph_.native_width);
    header.max_stride = static_cast<uint16_t>(graph_.heads.back().stride);
    header.class_count = static_cast<uint16_t>(graph_.class_names.size());
    header.head_count = static_cast<uint16_t>(graph_.heads.size());
    header.input_channels = 3;
    header.input_scale = 1.0f / 255;
    return header;
  }

  void add_heads(std::vector<uint8_t>* out) const {
    for (size_t i = 0; i < graph_.heads.size(); ++i) {
      const Head& head = graph_.heads[i];
      format::HeadRecord record{};
      record.tensor = static_cast<uint16_t>(program_.head_buffers[i]);
      record.stride = static_cast<uint16_t>(head.stride);
      record.anchor_count = static_cast<uint16_t>(head.anchors.size());
      for (size_t a = 0; a < head.anchors.size(); ++a) {
        record.anchors[a][0] = head.anchors[a].width;
        record.anchors[a][1] = head.anchors[a].height;
      }
      append(out, record);
    }
  }

  void add_tensors(std::vector<uint8_t>* out) {
    std::vector<uint16_t> first_writer(program_.buffers.size(), format::kNoWriter);
    for (size_t i = 0; i < program_.steps.size(); ++i) {
      for (const format::Segment& segment : program_.steps[i].output) {
        uint16_t& writer = first_writer[segment.tensor];
        if (writer == format::kNoWriter) writer = static_cast<uint16_t>(i);
      }
    }
    for (size_t i = 0; i < program_.buffers.size(); ++i) {
      format::TensorRecord record{};
      record.name = strings_.add(program_.buffers[i].name);
      record.channels = static_cast<uint16_t>(program_.buffers[i].channels);
      record.dtype = program_.buffers[i].dtype;
      record.first_writer = first_writer[i];
      append(out, record);
    }
  }

  static void set_window(const Window& w, format::Node* node) {
    node->kernel_h = static_cast<uint8_t>(w.kernel_h);
    node->kernel_w = static_cast<uint8_t>(w.kernel_w);
    node->stride_h = static_cast<uint8_t>(w.stride_h);
    node->stride_w = static_cast<uint8_t>(w.stride_w);
    node->dilation_h = static_cast<uint8_t>(w.dilation_h);
    node->dilation_w = static_cast<uint8_t>(w.dilation_w);
    node->pad_top = static_cast<uint8_t>(w.pad_top);
    node->pad_left = static_cast<uint8_t>(w.pad_left);
    node->pad_bottom = static_cast<uint8_t>(w.pad_bottom);
    node->pad_right = static_cast<uint8_t>(w.pad_right);
  }

  void add_weights(const Step& step, format::Node* node, std::vector<uint8_t>* weights) const {
    const auto& in = program_.buffers[step.operands[0][0].tensor];
    node->weight_layout = format::layout_of(*format::op_traits(step.op), in.dtype);
    if (node->weight_layout == format::kNoWeights) return;
    pad_to_alignment(weights);
    const std::vector<uint8_t> packed = pack_weights(step, program_.buffers);
    if (weights->size() + packed.size() > format::kMaxFileBytes) {
      throw ConvertError("", "expected at most 1 GiB of weights, found more");
    }
    node->weight_offset = static_cast<uint32_t>(weights->size());
    node->weight_bytes = static_cast<uint32_t>(packed.size());
    if (has_small_sums(step, program_.buffers, packed)) node->parameter |= format::kSmallSums;
    weights->insert(weights->end(), packed.begin(), packed.end());
  }

  static void set_int8(const Int8Step& int8, format::Node* node) {
    node->in_zero_point = int8.in_zero_point;
    node->out_zero_point = int8.out_zero_point;
    node->out_low = int8.out_low;
    node->out_high = int8.out_high;
    if (!int8.table.empty() && node->op != format::k_activation) {
      node->parameter |= format::kHasTable;
    }
  }

  void add_nodes(std::vector<uint8_t>* nodes, std::vector<uint8_t>* segments,
                 std::vector<uint8_t>* weights) {
    uint32_t next_segment = 0;
    for (const Step& step : program_.steps) {
      format::Node node{};
      node.name = strings_.add(step.name);
      node.op = step.op;
      node.activation = static_cast<uint8_t>(step.activation);
      node.activation_alpha = step.activation == Activation::leaky_relu ? step.alpha : 0.0f;
      node.operand_count = static_cast<uint8_t>(step.operands.size());
      node.first_segment = next_segment;
      for (size_t i = 0; i < step.operands.size(); ++i) {
        node.operand_segments[i] = static_cast<uint16_t>(step.operands[i].size());
        for (const format::Segment& segment : step.operands[i]) append(segments, segment);
      }
      node.output_segments = static_cast<uint16_t>(step.output.size());
      for (const format::Segment& segment : step.output) append(segments, segment);
      next_segment = static_cast<uint32_t>(segments->size() / sizeof(format::Segment));
      node.parameter = static_cast<uint16_t>(step.parameter);
      if (slides_window(step.op)) set_window(step.window, &node);
      if (step.int8) set_int8(*step.int8, &node);
      add_weights(step, &node, weights);
      append(nodes, node);
    }
  }

  static bool slides_window(format::OpCode op) {
    return format::op_traits(op)->window == format::WindowKind::sliding;
  }

  static std::vector<uint8_t> assemble(
      format::Header* header, const std::vector<uint8_t> (&sections)[format::kSectionCount]) {
    std::vector<uint8_t> file(sizeof *header, 0);
    for (uint32_t s = 0; s < format::kSectionCount; ++s) {
      pad_to_alignment(&file);
      header->sections[s] = {static_cast<uint32_t>(file.size()),
                             static_cast<uint32_t>(sections[s].size())};
      file.insert(file.end(), sections[s].begin(), sections[s].end());
    }
    header->file_bytes = static_cast<uint32_t>(file.size());
    std::memcpy(file.data(), header, sizeof *header);
    header->crc32 = crc32(0, file.data(), file.size());
    std::memcpy(file.data(), header, sizeof *header);
    return file;
  }

  const Graph& graph_;
  const Program& program_;
  Strings strings_;
};

void check(const std::vector<uint8_t>& file) {
  std::vector<uint8_t> storage(file.size() + format::kAlignment);
  const size_t misalignment = reinterpret_cast<uintptr_t>(storage.data()) % format::kAlignment;
  uint8_t* aligned = storage.data() + (format::kAlignment - misalignment) % format::kAlignment;
  std::memcpy(aligned, file.data(), file.size());
  VerifyError error;
  if (model_verify(aligned, file.size(), &error)) return;
  throw ConvertError("", std::string("the converted model does not pass the verifier (") +
                             error.what + ", expected " + std::to_string(error.expected) +
                             ", found " + std::to_string(error.found) + ", index " +
                             std::to_string(error.index) + ")");
}

}  // namespace

std::vector<uint8_t> emit(const Graph& graph, const Program& program) {
  std::vector<uint8_t> file = Emitter(graph, program).run();
  check(file);
  return file;
}

}  // namespace linnet::converter
