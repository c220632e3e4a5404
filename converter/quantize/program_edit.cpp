#include "converter/quantize/program_edit.h"

#include <algorithm>
#include <utility>

namespace linnet::converter {

using SegmentList = std::vector<format::Segment>;

SegmentList part_of(const SegmentList& view, size_t first, size_t end) {
  SegmentList part;
  size_t at = 0;
  for (const format::Segment& run : view) {
    const size_t from = std::max(first, at), to = std::min(end, at + run.channels);
    if (from < to) {
      format::Segment piece = run;
      piece.channel = static_cast<uint16_t>(run.channel + (from - at));
      piece.channels = static_cast<uint16_t>(to - from);
      part.push_back(piece);
    }
    at += run.channels;
  }
  return part;
}

void drop_unused_buffers(Program* program) {
  std::vector<int> place(program->buffers.size(), -1);
  place[0] = 0;
  for (const Step& s : program->steps) {
    for (const format::Segment& run : s.output) place[run.tensor] = 0;
  }
  std::vector<Buffer> kept;
  for (size_t i = 0; i < place.size(); ++i) {
    if (place[i] < 0) continue;
    place[i] = static_cast<int>(kept.size());
    kept.push_back(program->buffers[i]);
  }
  const auto renumber = [&](SegmentList* view) {
    for (format::Segment& run : *view) run.tensor = static_cast<uint16_t>(place[run.tensor]);
  };
  for (Step& s : program->steps) {
    for (SegmentList& operand : s.operands) renumber(&operand);
    renumber(&s.output);
  }
  for (int& head : program->head_buffers) head = place[static_cast<size_t>(head)];
  program->buffers = std::move(kept);
}

}  // namespace linnet::converter
