// The zip container of torch.save() since 1.6: entries stored without compression, zip64 allowed.
// Only the central directory is believed: local headers may have sizes and CRC 0 (data
// descriptors).
#pragma once

#include <string_view>
#include <unordered_map>
#include <vector>

#include "converter/frontend/frontend.h"

namespace linnet::converter::torch {

class ZipReader {
 public:
  // Reads and checks the directory: entries inside the file, disjoint, with distinct names. Throws
  // ConvertError. `file` must outlive the reader.
  explicit ZipReader(Bytes file);

  bool contains(std::string_view name) const { return index_.count(name) != 0; }
  // The bytes of an entry, in place, after a check of its CRC-32. Throws ConvertError if there is
  // no such entry, if it is compressed or encrypted, or if it is damaged.
  Bytes read(std::string_view name) const;
  // In the order of the directory.
  const std::vector<std::string_view>& names() const { return names_; }

 private:
  struct Entry {
    std::string_view name;
    uint64_t header = 0;  // of the local header
    uint64_t stored_bytes = 0, bytes = 0;
    uint32_t crc = 0;
    uint16_t flags = 0, method = 0;
    uint64_t data = 0;             // offset of the contents
    mutable bool checked = false;  // its CRC-32 was right
  };
  struct Directory {
    uint64_t offset = 0, bytes = 0, entries = 0;
  };

  Directory find_directory() const;
  Directory read_zip64_directory(size_t end_record) const;
  void read_entries(const Directory& directory);
  void locate_data(Entry* entry, uint64_t limit) const;
  void check_disjoint() const;

  Bytes file_;
  std::vector<Entry> entries_;
  std::vector<std::string_view> names_;
  std::unordered_map<std::string_view, size_t> index_;
};

}  // namespace linnet::converter::torch
