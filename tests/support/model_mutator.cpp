#include "tests/support/model_mutator.h"

#include <algorithm>

namespace linnet::test {
namespace {

// Later changes must find the tables that earlier ones may have broken.
bool sections_fit(ModelEditor* editor) {
  for (const format::SectionRange& range : editor->header().sections) {
    if (range.offset % format::kAlignment != 0) return false;
    if (uint64_t{range.offset} + range.bytes > editor->bytes().size()) return false;
  }
  return true;
}

size_t segments(ModelEditor* editor) {
  return editor->header().sections[format::kSegments].bytes / sizeof(format::Segment);
}

}  // namespace

std::vector<uint64_t> boundary_values(size_t bytes) {
  using namespace format;
  constexpr uint64_t kEdges[] = {0,
                                 1,
                                 kMaxUpsampleShift,
                                 kMaxFactor,
                                 kMaxKernel,
                                 kMaxDilation,
                                 kMaxSegmentsPerView,
                                 kMaxNameBytes,
                                 kMaxHeadStride,
                                 kMaxTensors,
                                 kMaxNodes,
                                 kMaxClasses,
                                 kMaxChannels,
                                 kMaxSegments,
                                 kMaxFileBytes,
                                 0x7F,
                                 0xFF,
                                 0x7FFF,
                                 0xFFFF,
                                 0x7FFFFFFF,
                                 0xFFFFFFFF};
  std::vector<uint64_t> values;
  for (const uint64_t edge : kEdges) {
    for (const uint64_t value : {edge - 1, edge, edge + 1}) values.push_back(value);
  }
  if (bytes == sizeof(float)) {
    for (const uint64_t bits : {0x7F800000u, 0xFF800000u, 0x7FC00000u, 0x7F7FFFFFu, 0xFF7FFFFFu,
                                0x00000001u, 0x80000000u, 0x3F800000u, 0xBF800000u}) {
      values.push_back(bits);
    }
  }
  const uint64_t mask = bytes >= 8 ? UINT64_MAX : (uint64_t{1} << (8 * bytes)) - 1;
  for (uint64_t& value : values) value &= mask;
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  return values;
}

std::vector<uint8_t> ModelMutator::mutate(const std::vector<uint8_t>& original) {
  ModelEditor editor(original);
  const size_t changes = 1 + below(3);
  for (size_t i = 0; i < changes; ++i) change(&editor);
  return editor.finish();
}

void ModelMutator::change(ModelEditor* editor) {
  if (!sections_fit(editor)) return;
  switch (below(8)) {
    case 0:
      return swap_records(editor);
    case 1:
      return move_segment_border(editor);
    case 2:
      return redirect_segment(editor);
    case 3:
      return rewire_like_another(editor);
    default:
      return set_field(editor);
  }
}

void ModelMutator::set_field(ModelEditor* editor) {
  const Field& field = model_fields()[below(model_fields().size())];
  const size_t records = editor->count(field);
  if (records == 0) return;
  const size_t record = below(records);
  const uint64_t old = editor->get(field, record);
  const std::vector<uint64_t> edges = boundary_values(field.bytes);
  const uint64_t choices[] = {old + 1,   old - 1,
                              old * 2,   old / 2,
                              random_(), edges[below(edges.size())],
                              below(32), editor->get(field, below(records))};
  editor->set(field, record, choices[below(std::size(choices))]);
}

void ModelMutator::swap_records(ModelEditor* editor) {
  const auto section = static_cast<format::Section>(format::kHeadRecords + below(4));
  constexpr size_t kBytes[] = {sizeof(format::HeadRecord), sizeof(format::TensorRecord),
                               sizeof(format::Node), sizeof(format::Segment)};
  const size_t size = kBytes[section - format::kHeadRecords];
  const format::SectionRange range = editor->header().sections[section];
  const size_t records = range.bytes / size;
  if (records == 0) return;
  uint8_t* first = editor->bytes().data() + range.offset;
  const size_t a = below(records), b = below(records);
  if (a != b) std::swap_ranges(first + a * size, first + (a + 1) * size, first + b * size);
}

// Two neighbours of a view trade channels: their sum stays.
void ModelMutator::move_segment_border(ModelEditor* editor) {
  if (segments(editor) < 2) return;
  const size_t i = below(segments(editor) - 1);
  const auto moved = static_cast<uint16_t>(1 + below(4));
  editor->segment(i).channels = static_cast<uint16_t>(editor->segment(i).channels - moved);
  editor->segment(i + 1).channels = static_cast<uint16_t>(editor->segment(i + 1).channels + moved);
}

void ModelMutator::redirect_segment(ModelEditor* editor) {
  if (segments(editor) == 0) return;
  format::Segment& s = editor->segment(below(segments(editor)));
  const format::Segment& other = editor->segment(below(segments(editor)));
  s.tensor = other.tensor;
  if (below(2) == 0) s.channel = other.channel;
  if (below(4) == 0) s.upsample_shift = static_cast<uint8_t>(below(4));
}

// Another node's window, op or parameter.
void ModelMutator::rewire_like_another(ModelEditor* editor) {
  const size_t nodes = editor->header().sections[format::kNodes].bytes / sizeof(format::Node);
  if (nodes == 0) return;
  format::Node& to = editor->node(below(nodes));
  const format::Node& from = editor->node(below(nodes));
  to.op = from.op;
  to.weight_layout = from.weight_layout;
  to.parameter = from.parameter;
  std::memcpy(&to.kernel_h, &from.kernel_h,
              offsetof(format::Node, reserved) - offsetof(format::Node, kernel_h));
}

}  // namespace linnet::test
