// Protocol Buffers wire format, as far as ONNX needs it
// (https://protobuf.dev/programming-guides/encoding/). Reads in place, checks every length.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>

#include "converter/error.h"
#include "converter/frontend/frontend.h"

namespace linnet::converter::onnx {

// One field of a message.
struct Field {
  uint32_t number = 0;
  uint32_t type = 0;   // 0 varint, 1 fixed64, 2 bytes, 5 fixed32
  uint64_t value = 0;  // of types 0, 1, 5
  Bytes bytes;         // of type 2

  std::string text() const { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }
  int64_t integer() const { return static_cast<int64_t>(value); }
  float number32() const {
    const auto bits = static_cast<uint32_t>(value);
    float result;
    std::memcpy(&result, &bits, sizeof result);
    return result;
  }
};

class Message {
 public:
  explicit Message(Bytes bytes) : bytes_(bytes) {}

  // Reads the next field; false at the end. Throws ConvertError for malformed bytes.
  bool next(Field* field) {
    if (position_ == bytes_.size()) return false;
    const uint64_t key = varint();
    field->number = static_cast<uint32_t>(key >> 3);
    field->type = static_cast<uint32_t>(key & 7);
    field->bytes = {};
    field->value = 0;
    switch (field->type) {
      case 0:
        field->value = varint();
        break;
      case 1:
        field->value = fixed(8);
        break;
      case 2:
        field->bytes = take(varint());
        break;
      case 5:
        field->value = fixed(4);
        break;
      default:
        fail("an unknown wire type");
    }
    return true;
  }

  // For packed repeated numbers.
  bool at_end() const { return position_ == bytes_.size(); }
  uint64_t varint() {
    uint64_t result = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const uint8_t byte = take(1)[0];
      result |= uint64_t{byte & 0x7Fu} << shift;
      if ((byte & 0x80) == 0) return result;
    }
    fail("a number of more than ten bytes");
  }

 private:
  [[noreturn]] static void fail(const char* what) {
    throw ConvertError("", std::string("expected an ONNX file (protobuf), found ") + what +
                               "; is the file complete?");
  }
  Bytes take(uint64_t count) {
    if (count > bytes_.size() - position_) fail("a field that goes beyond its message");
    const Bytes out = bytes_.subspan(position_, static_cast<size_t>(count));
    position_ += static_cast<size_t>(count);
    return out;
  }
  uint64_t fixed(int count) {
    const Bytes raw = take(static_cast<uint64_t>(count));
    uint64_t result = 0;
    for (int i = count; i-- > 0;) result = result << 8 | raw[static_cast<size_t>(i)];
    return result;
  }

  Bytes bytes_;
  size_t position_ = 0;
};

}  // namespace linnet::converter::onnx
