// Source of the layout: APPNOTE.TXT, .ZIP File Format Specification 6.3.
#include "converter/frontend/torch/zip_reader.h"

#include <algorithm>

#include "converter/frontend/torch/byte_reader.h"
#include "converter/frontend/torch/quote.h"
#include "model/crc32.h"

namespace linnet::converter::torch {
namespace {

constexpr uint32_t kLocalHeader = 0x04034b50, kCentralHeader = 0x02014b50;
constexpr uint32_t kEndRecord = 0x06054b50, kZip64Locator = 0x07064b50, kZip64End = 0x06064b50;
constexpr size_t kEndRecordBytes = 22, kZip64LocatorBytes = 20, kLocalHeaderBytes = 30;
constexpr size_t kMaxComment = 65535;
constexpr uint16_t kZip64Extra = 1, kEncrypted = 1, kStored = 0;

[[noreturn]] void fail(const std::string& where, const std::string& problem) {
  throw ConvertError("zip " + where, problem);
}

uint32_t peek32(Bytes file, uint64_t offset) {
  ByteReader reader(file, static_cast<size_t>(offset));
  return static_cast<uint32_t>(reader.integer(4));
}

bool fits(uint64_t offset, uint64_t count, uint64_t size) {
  return offset <= size && count <= size - offset;
}

// The zip64 field of an entry holds, in this order, those of the three that are all ones.
void read_zip64_extra(Bytes extra, uint64_t* bytes, uint64_t* stored_bytes, uint64_t* header) {
  ByteReader fields(extra);
  while (fields.left() >= 4) {
    const uint64_t tag = fields.integer(2);
    const uint64_t size = fields.integer(2);
    ByteReader field(fields.take(size));
    if (tag != kZip64Extra) continue;
    for (uint64_t* value : {bytes, stored_bytes, header}) {
      if (*value == 0xFFFFFFFF) *value = field.integer(8);
    }
  }
}

}  // namespace

ZipReader::ZipReader(Bytes file) : file_(file) {
  const Directory directory = find_directory();
  if (!fits(directory.offset, directory.bytes, file_.size())) {
    fail("directory", "expected a directory inside the file, found " +
                          std::to_string(directory.bytes) + " bytes at " +
                          std::to_string(directory.offset) + "; the file is cut short or damaged");
  }
  read_entries(directory);
  check_disjoint();
}

ZipReader::Directory ZipReader::find_directory() const {
  if (file_.size() < kEndRecordBytes) {
    fail("end record", "not found; the file is cut short");
  }
  const size_t last = file_.size() - kEndRecordBytes;
  const size_t first = last > kMaxComment ? last - kMaxComment : 0;
  for (size_t at = last + 1; at-- > first;) {
    if (peek32(file_, at) != kEndRecord) continue;
    ByteReader record(file_, at + 10);
    Directory directory;
    directory.entries = record.integer(2);
    directory.bytes = record.integer(4);
    directory.offset = record.integer(4);
    const bool zip64 = directory.entries == 0xFFFF || directory.bytes == 0xFFFFFFFF ||
                       directory.offset == 0xFFFFFFFF;
    return zip64 ? read_zip64_directory(at) : directory;
  }
  fail("end record", "not found; the file is cut short or has data after its end");
}

ZipReader::Directory ZipReader::read_zip64_directory(size_t end_record) const {
  if (end_record < kZip64LocatorBytes ||
      peek32(file_, end_record - kZip64LocatorBytes) != kZip64Locator) {
    fail("end record", "expected a zip64 locator before it, found none");
  }
  const uint64_t at = ByteReader(file_, end_record - kZip64LocatorBytes + 8).integer(8);
  if (!fits(at, 56, file_.size()) || peek32(file_, at) != kZip64End) {
    fail("zip64 locator", "expected the offset of a zip64 end record, found " + std::to_string(at));
  }
  ByteReader record(file_, static_cast<size_t>(at) + 32);
  Directory directory;
  directory.entries = record.integer(8);
  directory.bytes = record.integer(8);
  directory.offset = record.integer(8);
  return directory;
}

void ZipReader::read_entries(const Directory& directory) {
  ByteReader reader(
      file_.subspan(static_cast<size_t>(directory.offset), static_cast<size_t>(directory.bytes)));
  for (uint64_t i = 0; i < directory.entries; ++i) {
    if (reader.integer(4) != kCentralHeader) {
      fail("directory", "expected " + std::to_string(directory.entries) +
                            " entries, found no entry " + std::to_string(i));
    }
    Entry entry;
    reader.take(4);  // versions
    entry.flags = static_cast<uint16_t>(reader.integer(2));
    entry.method = static_cast<uint16_t>(reader.integer(2));
    reader.take(4);  // time, date
    entry.crc = static_cast<uint32_t>(reader.integer(4));
    entry.stored_bytes = reader.integer(4);
    entry.bytes = reader.integer(4);
    const uint64_t name_bytes = reader.integer(2);
    const uint64_t extra_bytes = reader.integer(2);
    const uint64_t comment_bytes = reader.integer(2);
    reader.take(8);  // disk, attributes
    entry.header = reader.integer(4);
    entry.name = reader.text(name_bytes);
    read_zip64_extra(reader.take(extra_bytes), &entry.bytes, &entry.stored_bytes, &entry.header);
    reader.take(comment_bytes);
    locate_data(&entry, directory.offset);
    if (!index_.emplace(entry.name, entries_.size()).second) {
      fail("entry " + quote(entry.name), "is there twice");
    }
    names_.push_back(entry.name);
    entries_.push_back(entry);
  }
}

void ZipReader::locate_data(Entry* entry, uint64_t limit) const {
  const std::string where = "entry " + quote(entry->name);
  if (!fits(entry->header, kLocalHeaderBytes, limit) ||
      peek32(file_, entry->header) != kLocalHeader) {
    fail(where, "expected a local header at byte " + std::to_string(entry->header) +
                    ", found none; the file is damaged");
  }
  ByteReader local(file_, static_cast<size_t>(entry->header) + 26);
  const uint64_t name_bytes = local.integer(2);
  const uint64_t extra_bytes = local.integer(2);
  entry->data = entry->header + kLocalHeaderBytes + name_bytes + extra_bytes;
  if (!fits(entry->data, entry->stored_bytes, limit)) {
    fail(where, "its " + std::to_string(entry->stored_bytes) + " bytes at " +
                    std::to_string(entry->data) +
                    " reach beyond the directory; the file is damaged");
  }
}

void ZipReader::check_disjoint() const {
  std::vector<const Entry*> sorted;
  for (const Entry& entry : entries_) sorted.push_back(&entry);
  std::sort(sorted.begin(), sorted.end(),
            [](const Entry* a, const Entry* b) { return a->header < b->header; });
  for (size_t i = 1; i < sorted.size(); ++i) {
    if (sorted[i]->header < sorted[i - 1]->data + sorted[i - 1]->stored_bytes) {
      fail("entry " + quote(sorted[i]->name), "overlaps " + quote(sorted[i - 1]->name));
    }
  }
}

Bytes ZipReader::read(std::string_view name) const {
  const auto found = index_.find(name);
  const std::string where = "entry " + quote(name);
  if (found == index_.end()) fail(where, "not found; the file is incomplete");
  const Entry& entry = entries_[found->second];
  if ((entry.flags & kEncrypted) != 0) fail(where, "is encrypted; save the checkpoint without it");
  if (entry.method != kStored || entry.bytes != entry.stored_bytes) {
    fail(where,
         "is compressed (method " + std::to_string(entry.method) +
             "); torch.save() stores without compression: save the checkpoint again with it");
  }
  const Bytes data =
      file_.subspan(static_cast<size_t>(entry.data), static_cast<size_t>(entry.stored_bytes));
  entry.checked = entry.checked || crc32(0, data.data(), data.size()) == entry.crc;
  if (!entry.checked) {
    fail(where,
         "its CRC-32 differs from the directory's; the file is damaged (or was saved after "
         "torch.serialization.set_crc32_options(False): save it again without)");
  }
  return data;
}

}  // namespace linnet::converter::torch
