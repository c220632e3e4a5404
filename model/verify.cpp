#include "model/verify.h"

#include <cstring>

#include "kernels/quantize/quantize.h"
#include "model/crc32.h"
#include "model/verifier.h"

namespace linnet {
namespace format {

// x: above 0.
static constexpr bool is_power_of_two(uint32_t x) {
  return (x & (x - 1)) == 0;
}

bool Verifier::check_file() {
  if (bytes_ == nullptr || size_ < sizeof(Header)) {
    return fail(VerifyCode::bad, "file size in bytes: shorter than a header; is the file complete?",
                sizeof(Header), bytes_ == nullptr ? 0 : size_);
  }
  const uint64_t misalignment = reinterpret_cast<uintptr_t>(bytes_) % kAlignment;
  if (misalignment != 0) {
    return fail(VerifyCode::misaligned, "address of the file: align it to 64 bytes", 0,
                misalignment);
  }
  if (std::memcmp(bytes_, kMagic, sizeof kMagic) != 0) {
    return fail(VerifyCode::bad, "magic: not a .lnt file; make one with linnet-convert", kMagic[0],
                bytes_[0]);
  }
  const Header& h = header();
  if (h.version != kVersion) {
    return fail(VerifyCode::unsupported, "format version: convert the model with this release",
                kVersion, h.version);
  }
  if (!equal(sizeof(Header), h.header_bytes, "header_bytes")) return false;
  if (!at_most(kMaxFileBytes, size_, "file size in bytes")) return false;
  if (!equal(h.file_bytes, size_, "file size in bytes: is the file complete?")) return false;
  return check_crc();
}

bool Verifier::check_crc() {
  constexpr size_t kField = offsetof(Header, crc32);
  constexpr uint8_t kZeros[sizeof(uint32_t)] = {};
  uint32_t crc = crc32(0, bytes_, kField);
  crc = crc32(crc, kZeros, sizeof kZeros);
  const size_t rest = kField + sizeof(uint32_t);
  crc = crc32(crc, bytes_ + rest, size_ - rest);
  return equal(header().crc32, crc, "crc32: the file is damaged; convert or copy it again");
}

bool Verifier::check_sections() {
  constexpr uint32_t kRecordBytes[kSectionCount] = {
      1, sizeof(uint32_t), sizeof(HeadRecord), sizeof(TensorRecord), sizeof(Node), sizeof(Segment),
      1};
  constexpr uint32_t kMaxRecords[kSectionCount] = {
      kMaxFileBytes, kMaxClasses, kHeads, kMaxTensors, kMaxNodes, kMaxSegments, kMaxFileBytes};
  uint64_t end = sizeof(Header);
  for (uint32_t s = 0; s < kSectionCount; ++s) {
    index_ = s;
    const SectionRange& range = header().sections[s];
    const uint64_t start = round_up(end, kAlignment);
    if (!equal(start, range.offset,
               "section offset: sections follow one another at multiples of 64"))
      return false;
    const uint64_t section_end = start + range.bytes;
    if (!at_most(size_, section_end, "section end: beyond the file")) return false;
    if (!equal(0, range.bytes % kRecordBytes[s], "section size: not a whole number of records"))
      return false;
    if (!at_most(kMaxRecords[s], range.bytes / kRecordBytes[s], "records in section")) return false;
    if (!expect(all_zero(bytes_ + end, start - end), "padding before section: not zero", 0, 1))
      return false;
    end = section_end;
  }
  index_ = -1;
  return equal(end, size_, "end of the last section: must be the end of the file");
}

bool Verifier::check_strings() {
  const SectionRange& range = header().sections[kStrings];
  if (!at_least(1, range.bytes, "string section: the first string must be the empty one"))
    return false;
  const uint8_t* text = bytes_ + range.offset;
  if (!equal(0, text[0], "string section: the first string must be the empty one")) return false;
  if (!equal(0, text[range.bytes - 1], "string section: the last string is not terminated"))
    return false;
  uint32_t length = 0;
  for (uint32_t i = 0; i < range.bytes;) {
    index_ = i;
    if (text[i] == 0) {
      length = 0;
      ++i;
      continue;
    }
    const auto step = static_cast<uint32_t>(utf8_character_bytes(text + i, range.bytes - i));
    const bool printable = step != 0 && !is_control_character(text + i);
    if (!expect(printable, "string: must be UTF-8 without control characters", 0x20, text[i]))
      return false;
    length += step;
    if (!at_most(kMaxNameBytes, length, "string length in bytes")) return false;
    i += step;
  }
  index_ = -1;
  return true;
}

bool Verifier::check_name(uint32_t offset, const char* what) {
  const SectionRange& range = header().sections[kStrings];
  if (!expect(offset < range.bytes, what, range.bytes, offset)) return false;
  const bool starts = offset == 0 || bytes_[range.offset + offset - 1] == 0;
  return expect(starts, "name: does not point to the start of a string", 0, offset);
}

bool Verifier::check_header_fields() {
  const Header& h = header();
  if (!equal(0, h.flags, "flags: reserved")) return false;
  if (!expect(all_zero(h.reserved, sizeof h.reserved), "reserved header bytes: not zero", 0, 1))
    return false;
  if (!check_name(h.model_name, "model_name: beyond the string section")) return false;
  if (!check_name(h.source, "source: beyond the string section")) return false;
  if (!in_range(1, kMaxHeadStride, h.max_stride, "max_stride")) return false;
  if (!expect(is_power_of_two(h.max_stride), "max_stride: must be a power of two", 32,
              h.max_stride))
    return false;
  const uint16_t extents[] = {h.native_height, h.native_width};
  for (const uint16_t extent : extents) {
    if (!in_range(1, kMaxExtent, extent, "native size")) return false;
    if (!equal(0, extent % h.max_stride, "native size: not a multiple of max_stride")) return false;
  }
  if (!equal(3, h.input_channels, "input_channels")) return false;
  const bool scale_ok =
      h.input_scale >= kSmallestQuantizeScale && h.input_scale <= kLargestQuantizeScale;
  if (!expect(scale_ok, "input_scale: must be from 2^-100 to 2^100", 1, 0)) return false;
  if (!in_range(1, kMaxClasses, h.class_count, "class_count")) return false;
  if (!equal(uint64_t{h.class_count} * sizeof(uint32_t), h.sections[kClasses].bytes,
             "class section size"))
    return false;
  if (!equal(kHeads, h.head_count, "head_count")) return false;
  return equal(uint64_t{h.head_count} * sizeof(HeadRecord), h.sections[kHeadRecords].bytes,
               "head section size");
}

bool Verifier::check_classes() {
  const auto* offsets =
      reinterpret_cast<const uint32_t*>(bytes_ + header().sections[kClasses].offset);
  for (int i = 0; i < header().class_count; ++i) {
    index_ = i;
    if (!check_name(offsets[i], "class name: beyond the string section")) return false;
  }
  index_ = -1;
  return true;
}

bool Verifier::check_heads() {
  uint32_t previous = 0;
  for (int i = 0; i < view_.head_count(); ++i) {
    index_ = i;
    const HeadRecord& head = view_.head(i);
    const auto tensors = static_cast<uint32_t>(view_.tensor_count());
    const bool tensor_ok = head.tensor != 0 && head.tensor < tensors;
    if (!expect(tensor_ok, "head tensor: no such tensor", tensors, head.tensor)) return false;
    if (!in_range(previous + 1, header().max_stride, head.stride, "head stride: must rise"))
      return false;
    if (!expect(is_power_of_two(head.stride), "head stride: must be a power of two", 8,
                head.stride))
      return false;
    previous = head.stride;
    if (!check_anchors(head)) return false;
    if (!equal(kF32, view_.tensor(head.tensor).dtype, "dtype of a head: must be f32")) return false;
    const uint64_t channels = uint64_t{head.anchor_count} * (5u + header().class_count);
    if (!equal(channels, view_.tensor(head.tensor).channels, "head channels")) return false;
  }
  index_ = -1;
  return true;
}

bool Verifier::check_anchors(const HeadRecord& head) {
  if (!in_range(1, kMaxAnchorsPerHead, head.anchor_count, "anchor_count")) return false;
  if (!equal(0, head.reserved, "reserved head bytes")) return false;
  for (uint32_t a = 0; a < kMaxAnchorsPerHead; ++a) {
    for (const float side : head.anchors[a]) {
      const bool ok = a < head.anchor_count ? side > 0 && side <= 65536 : side == 0;
      if (!expect(ok, "anchor: must be above 0 and at most 65536 pixels, unused ones 0", 1, a))
        return false;
    }
  }
  return true;
}

}  // namespace format

size_t utf8_character_bytes(const uint8_t* text, size_t bytes) {
  if (bytes == 0) return 0;
  const uint8_t lead = text[0];
  if (lead < 0x80) return 1;
  const size_t length = lead >= 0xF0 ? 4 : (lead >= 0xE0 ? 3 : 2);
  if (lead < 0xC2 || lead > 0xF4 || length > bytes) return 0;
  uint32_t code = lead & (0x7Fu >> length);
  for (size_t i = 1; i < length; ++i) {
    if ((text[i] & 0xC0) != 0x80) return 0;
    code = (code << 6) | (text[i] & 0x3Fu);
  }
  constexpr uint32_t kLowest[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  return code < kLowest[length] || code > 0x10FFFF || surrogate ? 0 : length;
}

bool is_control_character(const uint8_t* text) {
  return text[0] < 0x20 || text[0] == 0x7F || (text[0] == 0xC2 && text[1] < 0xA0);
}

bool model_verify(const void* file, size_t bytes, VerifyError* error) {
  *error = {};
  return format::Verifier(file, bytes, error).run();
}

}  // namespace linnet
