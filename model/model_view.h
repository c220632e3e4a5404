// Typed access to the records of a verified file.
#pragma once

#include "model/format.h"

namespace linnet {

// A list of segments.
struct View {
  const format::Segment* segments = nullptr;
  int count = 0;

  int channels() const {
    int sum = 0;
    for (int i = 0; i < count; ++i) sum += segments[i].channels;
    return sum;
  }
};

// Borrowed bytes that model_verify() has accepted.
class ModelView {
 public:
  explicit ModelView(const void* file) : bytes_(static_cast<const uint8_t*>(file)) {}

  const format::Header& header() const { return *reinterpret_cast<const format::Header*>(bytes_); }
  int tensor_count() const { return count<format::TensorRecord>(format::kTensors); }
  const format::TensorRecord& tensor(int i) const {
    return table<format::TensorRecord>(format::kTensors)[i];
  }
  int node_count() const { return count<format::Node>(format::kNodes); }
  const format::Node& node(int i) const { return table<format::Node>(format::kNodes)[i]; }
  int head_count() const { return header().head_count; }
  const format::HeadRecord& head(int i) const {
    return table<format::HeadRecord>(format::kHeadRecords)[i];
  }
  const char* string(uint32_t offset) const {
    return reinterpret_cast<const char*>(section(format::kStrings)) + offset;
  }
  const char* class_name(int i) const { return string(table<uint32_t>(format::kClasses)[i]); }
  View operand(const format::Node& node, int i) const {
    const format::Segment* first = table<format::Segment>(format::kSegments) + node.first_segment;
    return {first + (i == 1 ? node.operand_segments[0] : 0), node.operand_segments[i]};
  }
  View output(const format::Node& node) const {
    const format::Segment* first = table<format::Segment>(format::kSegments) + node.first_segment;
    return {first + node.operand_segments[0] + node.operand_segments[1], node.output_segments};
  }
  const void* weights(const format::Node& node) const {
    return section(format::kWeights) + node.weight_offset;
  }

 private:
  const uint8_t* section(format::Section s) const { return bytes_ + header().sections[s].offset; }
  template <typename Record>
  const Record* table(format::Section s) const {
    return reinterpret_cast<const Record*>(section(s));
  }
  template <typename Record>
  int count(format::Section s) const {
    return static_cast<int>(header().sections[s].bytes / sizeof(Record));
  }

  const uint8_t* bytes_;
};

}  // namespace linnet
