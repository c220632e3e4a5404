#include "tests/support/torch/zip_writer.h"

#include "model/crc32.h"

namespace linnet::test::torch {
namespace {

constexpr uint64_t kInZip64 = 0xFFFFFFFF;

void append(ByteVector* to, const ByteVector& bytes) {
  to->insert(to->end(), bytes.begin(), bytes.end());
}

struct Placed {
  const ZipEntry* entry;
  uint64_t header;
  uint32_t crc;
};

void append_local(ByteVector* file, const Placed& placed, const ZipOptions& options) {
  const ZipEntry& entry = *placed.entry;
  const bool known = !options.data_descriptors;
  const uint16_t flags = static_cast<uint16_t>(entry.flags | (known ? 0 : 8));
  ByteVector extra;
  if (options.align) {
    const size_t data = file->size() + 30 + entry.name.size() + 4;
    append_integer(&extra, 0x4246, 2);  // "FB", as torch pads
    append_integer(&extra, (64 - data % 64) % 64, 2);
    extra.resize(4 + (64 - data % 64) % 64, 'Z');
  }
  append_integer(file, 0x04034b50, 4);
  append_integer(file, 0, 2);
  append_integer(file, flags, 2);
  append_integer(file, entry.method, 2);
  append_integer(file, 0, 4);
  append_integer(file, known ? placed.crc : 0, 4);
  append_integer(file, known ? entry.data.size() : 0, 4);
  append_integer(file, known ? entry.data.size() : 0, 4);
  append_integer(file, entry.name.size(), 2);
  append_integer(file, extra.size(), 2);
  append_text(file, entry.name);
  append(file, extra);
  append(file, entry.data);
  if (known) return;
  append_integer(file, 0x08074b50, 4);
  append_integer(file, placed.crc, 4);
  append_integer(file, entry.data.size(), options.zip64 ? 8 : 4);
  append_integer(file, entry.data.size(), options.zip64 ? 8 : 4);
}

void append_central(ByteVector* file, const Placed& placed, const ZipOptions& options) {
  const ZipEntry& entry = *placed.entry;
  const bool zip64 = options.zip64;
  append_integer(file, 0x02014b50, 4);
  append_integer(file, 0, 4);
  append_integer(file, entry.flags, 2);
  append_integer(file, entry.method, 2);
  append_integer(file, 0, 4);
  append_integer(file, placed.crc, 4);
  append_integer(file, zip64 ? kInZip64 : entry.data.size(), 4);
  append_integer(file, zip64 ? kInZip64 : entry.data.size(), 4);
  append_integer(file, entry.name.size(), 2);
  append_integer(file, zip64 ? 28 : 0, 2);
  append_integer(file, 0, 2);
  append_integer(file, 0, 8);
  append_integer(file, zip64 ? kInZip64 : placed.header, 4);
  append_text(file, entry.name);
  if (!zip64) return;
  append_integer(file, 1, 2);
  append_integer(file, 24, 2);
  append_integer(file, entry.data.size(), 8);
  append_integer(file, entry.data.size(), 8);
  append_integer(file, placed.header, 8);
}

void append_zip64_end(ByteVector* file, uint64_t entries, uint64_t directory) {
  const uint64_t at = file->size();
  append_integer(file, 0x06064b50, 4);
  append_integer(file, 44, 8);
  append_integer(file, 0, 4);
  append_integer(file, 0, 8);
  append_integer(file, entries, 8);
  append_integer(file, entries, 8);
  append_integer(file, at - directory, 8);
  append_integer(file, directory, 8);
  append_integer(file, 0x07064b50, 4);
  append_integer(file, 0, 4);
  append_integer(file, at, 8);
  append_integer(file, 1, 4);
}

uint64_t load(const ByteVector& bytes, size_t at, int size) {
  uint64_t value = 0;
  for (int i = size; i-- > 0;) {
    value = value << 8 |
            (at + static_cast<size_t>(i) < bytes.size() ? bytes[at + static_cast<size_t>(i)] : 0);
  }
  return value;
}

}  // namespace

void append_integer(ByteVector* bytes, uint64_t value, int size) {
  for (int i = 0; i < size; ++i) bytes->push_back(static_cast<uint8_t>(value >> (8 * i)));
}

void append_text(ByteVector* bytes, const std::string& text) {
  bytes->insert(bytes->end(), text.begin(), text.end());
}

ByteVector write_zip(const std::vector<ZipEntry>& entries, const ZipOptions& options) {
  ByteVector file;
  std::vector<Placed> placed;
  for (const ZipEntry& entry : entries) {
    placed.push_back({&entry, file.size(), crc32(0, entry.data.data(), entry.data.size())});
    append_local(&file, placed.back(), options);
  }
  const uint64_t directory = file.size();
  for (const Placed& one : placed) append_central(&file, one, options);
  const uint64_t bytes = file.size() - directory;
  if (options.zip64) append_zip64_end(&file, entries.size(), directory);
  append_integer(&file, 0x06054b50, 4);
  append_integer(&file, 0, 4);
  append_integer(&file, options.zip64 ? 0xFFFF : entries.size(), 2);
  append_integer(&file, options.zip64 ? 0xFFFF : entries.size(), 2);
  append_integer(&file, options.zip64 ? kInZip64 : bytes, 4);
  append_integer(&file, options.zip64 ? kInZip64 : directory, 4);
  append_integer(&file, options.comment.size(), 2);
  append_text(&file, options.comment);
  return file;
}

std::vector<ZipEntry> read_zip_entries(const ByteVector& file) {
  std::vector<ZipEntry> entries;
  if (file.size() < 22 || load(file, file.size() - 22, 4) != 0x06054b50) return entries;
  const uint64_t count = load(file, file.size() - 12, 2);
  uint64_t at = load(file, file.size() - 6, 4);
  for (uint64_t i = 0; i < count && at + 46 <= file.size(); ++i) {
    const uint64_t size = load(file, at + 20, 4);
    const uint64_t name = load(file, at + 28, 2);
    const uint64_t header = load(file, at + 42, 4);
    const uint64_t data = header + 30 + load(file, header + 26, 2) + load(file, header + 28, 2);
    if (at + 46 + name > file.size() || data > file.size() || size > file.size() - data) return {};
    ZipEntry entry;
    entry.name.assign(file.begin() + static_cast<ptrdiff_t>(at + 46),
                      file.begin() + static_cast<ptrdiff_t>(at + 46 + name));
    entry.data.assign(file.begin() + static_cast<ptrdiff_t>(data),
                      file.begin() + static_cast<ptrdiff_t>(data + size));
    entries.push_back(std::move(entry));
    at += 46 + name + load(file, at + 30, 2) + load(file, at + 32, 2);
  }
  return entries;
}

}  // namespace linnet::test::torch
