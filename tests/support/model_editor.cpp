#include "tests/support/model_editor.h"

#include <algorithm>

#include "tests/support/model_builder.h"

namespace linnet::test {
namespace {

#define FIELD(section, Record, field)                                                     \
  {                                                                                       \
#Record "." #field, section, sizeof(format::Record), offsetof(format::Record, field), \
        sizeof(format::Record::field)                                                     \
  }
#define ELEMENT(section, Record, field, i)                                         \
  {                                                                                \
#Record "." #field "[" #i "]", section, sizeof(format::Record),                \
        offsetof(format::Record, field) + (i) * sizeof(format::Record{}.field[0]), \
        sizeof(format::Record{}.field[0])                                          \
  }
#define SECTION_RANGE(i)                                                                       \
  {"Header.sections[" #i "].offset", kHeaderField, sizeof(format::Header),                     \
   offsetof(format::Header, sections) + (i) * sizeof(format::SectionRange), sizeof(uint32_t)}, \
  {                                                                                            \
    "Header.sections[" #i "].bytes", kHeaderField, sizeof(format::Header),                     \
        offsetof(format::Header, sections) + (i) * sizeof(format::SectionRange) +              \
            sizeof(uint32_t),                                                                  \
        sizeof(uint32_t)                                                                       \
  }
#define ANCHOR(i)                                                                          \
  {"HeadRecord.anchors[" #i "] width", format::kHeadRecords, sizeof(format::HeadRecord),   \
   offsetof(format::HeadRecord, anchors) + (i)*2 * sizeof(float), sizeof(float)},          \
  {                                                                                        \
    "HeadRecord.anchors[" #i "] height", format::kHeadRecords, sizeof(format::HeadRecord), \
        offsetof(format::HeadRecord, anchors) + (i)*2 * sizeof(float) + sizeof(float),     \
        sizeof(float)                                                                      \
  }

constexpr Field kFields[] = {
    FIELD(kHeaderField, Header, version),
    FIELD(kHeaderField, Header, header_bytes),
    FIELD(kHeaderField, Header, flags),
    FIELD(kHeaderField, Header, model_name),
    FIELD(kHeaderField, Header, source),
    FIELD(kHeaderField, Header, native_height),
    FIELD(kHeaderField, Header, native_width),
    FIELD(kHeaderField, Header, max_stride),
    FIELD(kHeaderField, Header, class_count),
    FIELD(kHeaderField, Header, head_count),
    FIELD(kHeaderField, Header, input_channels),
    FIELD(kHeaderField, Header, input_scale),
    SECTION_RANGE(0),
    SECTION_RANGE(1),
    SECTION_RANGE(2),
    SECTION_RANGE(3),
    SECTION_RANGE(4),
    SECTION_RANGE(5),
    SECTION_RANGE(6),
    ELEMENT(kHeaderField, Header, reserved, 0),
    ELEMENT(kHeaderField, Header, reserved, 23),
    {"class name", format::kClasses, sizeof(uint32_t), 0, sizeof(uint32_t)},
    FIELD(format::kHeadRecords, HeadRecord, tensor),
    FIELD(format::kHeadRecords, HeadRecord, stride),
    FIELD(format::kHeadRecords, HeadRecord, anchor_count),
    FIELD(format::kHeadRecords, HeadRecord, reserved),
    ANCHOR(0),
    ANCHOR(1),
    ANCHOR(7),
    FIELD(format::kTensors, TensorRecord, name),
    FIELD(format::kTensors, TensorRecord, channels),
    FIELD(format::kTensors, TensorRecord, dtype),
    FIELD(format::kTensors, TensorRecord, reserved),
    FIELD(format::kTensors, TensorRecord, first_writer),
    FIELD(format::kTensors, TensorRecord, reserved2),
    FIELD(format::kTensors, TensorRecord, reserved3),
    FIELD(format::kNodes, Node, name),
    FIELD(format::kNodes, Node, op),
    FIELD(format::kNodes, Node, activation),
    FIELD(format::kNodes, Node, weight_layout),
    FIELD(format::kNodes, Node, operand_count),
    FIELD(format::kNodes, Node, activation_alpha),
    FIELD(format::kNodes, Node, first_segment),
    ELEMENT(format::kNodes, Node, operand_segments, 0),
    ELEMENT(format::kNodes, Node, operand_segments, 1),
    FIELD(format::kNodes, Node, output_segments),
    FIELD(format::kNodes, Node, parameter),
    FIELD(format::kNodes, Node, kernel_h),
    FIELD(format::kNodes, Node, kernel_w),
    FIELD(format::kNodes, Node, stride_h),
    FIELD(format::kNodes, Node, stride_w),
    FIELD(format::kNodes, Node, dilation_h),
    FIELD(format::kNodes, Node, dilation_w),
    FIELD(format::kNodes, Node, pad_top),
    FIELD(format::kNodes, Node, pad_left),
    FIELD(format::kNodes, Node, pad_bottom),
    FIELD(format::kNodes, Node, pad_right),
    FIELD(format::kNodes, Node, reserved),
    FIELD(format::kNodes, Node, weight_offset),
    FIELD(format::kNodes, Node, weight_bytes),
    ELEMENT(format::kNodes, Node, reserved2, 0),
    ELEMENT(format::kNodes, Node, reserved2, 15),
    FIELD(format::kNodes, Node, in_zero_point),
    FIELD(format::kNodes, Node, out_zero_point),
    FIELD(format::kNodes, Node, out_low),
    FIELD(format::kNodes, Node, out_high),
    FIELD(format::kSegments, Segment, tensor),
    FIELD(format::kSegments, Segment, channel),
    FIELD(format::kSegments, Segment, channels),
    FIELD(format::kSegments, Segment, upsample_shift),
    FIELD(format::kSegments, Segment, reserved),
};

#undef FIELD
#undef ELEMENT
#undef SECTION_RANGE
#undef ANCHOR

}  // namespace

std::span<const Field> model_fields() {
  return kFields;
}

size_t ModelEditor::count(const Field& field) {
  if (field.section == kHeaderField) return 1;
  return header().sections[field.section].bytes / field.record_bytes;
}

size_t ModelEditor::place(const Field& field, size_t record) {
  const size_t start = field.section == kHeaderField ? 0 : header().sections[field.section].offset;
  return start + record * field.record_bytes + field.offset;
}

uint64_t ModelEditor::get(const Field& field, size_t record) {
  uint64_t value = 0;
  std::memcpy(&value, file_.data() + place(field, record), field.bytes);
  return value;
}

void ModelEditor::set(const Field& field, size_t record, uint64_t value) {
  std::memcpy(file_.data() + place(field, record), &value, field.bytes);
}

void ModelEditor::resize_section(format::Section section, size_t bytes) {
  std::vector<uint8_t> file(file_.begin(), file_.begin() + sizeof(format::Header));
  format::Header changed = header();
  for (uint32_t s = 0; s < format::kSectionCount; ++s) {
    const format::SectionRange from = header().sections[s];
    const size_t size = s == section ? bytes : from.bytes;
    file.resize(round_up(file.size(), format::kAlignment), 0);
    changed.sections[s] = {static_cast<uint32_t>(file.size()), static_cast<uint32_t>(size)};
    const auto begin = file_.begin() + from.offset;
    file.insert(file.end(), begin,
                begin + static_cast<std::ptrdiff_t>(std::min<size_t>(size, from.bytes)));
    file.resize(changed.sections[s].offset + size, 0);
  }
  std::memcpy(file.data(), &changed, sizeof changed);
  file_ = std::move(file);
}

std::vector<uint8_t> ModelEditor::finish() {
  fix_crc(&file_);
  return file_;
}

}  // namespace linnet::test
