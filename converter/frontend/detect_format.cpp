#include <cstring>
#include <string_view>

#include "converter/frontend/frontend.h"
#include "model/format.h"

namespace linnet::converter {
namespace {

bool starts_with(Bytes file, std::string_view prefix) {
  return file.size() >= prefix.size() &&
         std::memcmp(file.data(), prefix.data(), prefix.size()) == 0;
}

// The pickle of torch's legacy format: protocol 2, LONG1 of 10 bytes, the magic
// 0x1950a86a20f9469cfc6c.
constexpr std::string_view kTorchLegacy =
    "\x80\x02\x8a\x0al\xfc\x9c"
    "F\xf9 j\xa8P\x19";

// A ModelProto's first field is ir_version (field 1, varint, 1 to 20), or it starts with one of its
// length-delimited fields.
bool looks_like_onnx(Bytes file) {
  if (file.size() < 16) return false;
  if (file[0] == 0x08) return file[1] >= 1 && file[1] <= 20 && (file[2] & 7) != 7;
  constexpr uint8_t kGraph = 7 << 3 | 2, kOpsetImport = 8 << 3 | 2, kProducer = 2 << 3 | 2;
  return file[0] == kGraph || file[0] == kOpsetImport || file[0] == kProducer;
}

bool is_first_line(Bytes file, std::string_view text) {
  size_t i = 0;
  while (i < file.size() && (file[i] == ' ' || file[i] == '\t')) ++i;
  const Bytes rest = file.subspan(i);
  return starts_with(rest, text) && (rest.size() == text.size() || rest[text.size()] == '\n' ||
                                     rest[text.size()] == '\r' || rest[text.size()] == ' ');
}

// ncnn's weights start with a type tag of the first layer's blob.
bool looks_like_ncnn_bin(Bytes file) {
  if (file.size() < 8) return false;
  uint32_t tag = 0;
  std::memcpy(&tag, file.data(), sizeof tag);
  return tag == 0x01306B47 || tag == 0x000D4B38 || tag == 0x0002C056 || tag == 0;
}

}  // namespace

SourceFormat detect_format(Bytes file) {
  const auto* magic = reinterpret_cast<const char*>(format::kMagic);
  if (starts_with(file, {magic, sizeof format::kMagic})) return SourceFormat::linnet;
  if (starts_with(file, std::string_view("PK\x03\x04", 4))) return SourceFormat::torch_zip;
  if (starts_with(file, kTorchLegacy)) return SourceFormat::torch_legacy;
  if (is_first_line(file, "7767517")) return SourceFormat::ncnn_param;
  if (looks_like_onnx(file)) return SourceFormat::onnx;
  if (looks_like_ncnn_bin(file)) return SourceFormat::ncnn_bin;
  return SourceFormat::unknown;
}

}  // namespace linnet::converter
