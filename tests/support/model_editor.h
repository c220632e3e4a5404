// Changes the records of a .lnt file in place, whatever the format says about them.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "model/format.h"

namespace linnet::test {

// A field of a record, as the mutation tests see it.
struct Field {
  const char* name;
  int section;          // format::Section, or kHeaderField
  size_t record_bytes;  // of one record of the section
  size_t offset, bytes;
};
inline constexpr int kHeaderField = -1;

// Every field of every record except magic, crc32 and file_bytes, which fix_crc() sets.
std::span<const Field> model_fields();

class ModelEditor {
 public:
  explicit ModelEditor(std::vector<uint8_t> file) : file_(std::move(file)) {}

  format::Header& header() { return at<format::Header>(0); }
  uint32_t& class_offset(size_t i) { return record<uint32_t>(format::kClasses, i); }
  format::HeadRecord& head(size_t i) { return record<format::HeadRecord>(format::kHeadRecords, i); }
  format::TensorRecord& tensor(size_t i) {
    return record<format::TensorRecord>(format::kTensors, i);
  }
  format::Node& node(size_t i) { return record<format::Node>(format::kNodes, i); }
  format::Segment& segment(size_t i) { return record<format::Segment>(format::kSegments, i); }
  char& text(size_t i) { return record<char>(format::kStrings, i); }
  float& weight(size_t i) { return record<float>(format::kWeights, i); }
  uint8_t& byte(size_t i) { return file_.at(i); }

  // How many records with this field the file has.
  size_t count(const Field& field);
  uint64_t get(const Field& field, size_t record);
  void set(const Field& field, size_t record, uint64_t value);

  std::vector<uint8_t>& bytes() { return file_; }
  // Cuts a section or adds zeros; the sections behind it move.
  void resize_section(format::Section section, size_t bytes);
  // The file with its crc32 (and file_bytes) recomputed.
  std::vector<uint8_t> finish();

 private:
  template <typename T>
  T& at(size_t offset) {
    return *reinterpret_cast<T*>(file_.data() + offset);
  }
  template <typename T>
  T& record(format::Section section, size_t i) {
    return at<T>(header().sections[section].offset + i * sizeof(T));
  }
  size_t place(const Field& field, size_t record);

  std::vector<uint8_t> file_;
};

}  // namespace linnet::test
