// Writes zip files as torch.save() does, and in forms that it does not.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace linnet::test::torch {

using ByteVector = std::vector<uint8_t>;

struct ZipEntry {
  std::string name;
  ByteVector data;
  uint16_t method = 0;  // as the directory claims; the data are written as they are
  uint16_t flags = 0;
};

struct ZipOptions {
  bool data_descriptors = false;  // local headers with size and CRC 0, as torch writes them
  bool zip64 = false;             // sizes and offsets in zip64 records only
  bool align = false;             // extra fields so that data start at multiples of 64
  std::string comment;            // of the file
};

ByteVector write_zip(const std::vector<ZipEntry>& entries, const ZipOptions& options = {});

// The stored entries of a zip file that write_zip() or torch.save() wrote; empty if it is none.
std::vector<ZipEntry> read_zip_entries(const ByteVector& file);

void append_integer(ByteVector* bytes, uint64_t value, int size);
void append_text(ByteVector* bytes, const std::string& text);

}  // namespace linnet::test::torch
