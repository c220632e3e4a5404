// Little-endian fields of an untrusted byte range; every read is checked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "converter/error.h"
#include "converter/frontend/frontend.h"

namespace linnet::converter::torch {

class ByteReader {
 public:
  explicit ByteReader(Bytes bytes, size_t position = 0) : bytes_(bytes), position_(position) {}

  size_t position() const { return position_; }
  void seek(size_t position) { position_ = position; }
  size_t left() const { return bytes_.size() - position_; }

  // The next `count` bytes. Throws ConvertError if fewer are left.
  Bytes take(uint64_t count) {
    if (count > left()) {
      throw ConvertError("byte " + std::to_string(position_),
                         "expected " + std::to_string(count) + " more bytes, found " +
                             std::to_string(left()) + "; the file is cut short or damaged");
    }
    const Bytes taken = bytes_.subspan(position_, static_cast<size_t>(count));
    position_ += static_cast<size_t>(count);
    return taken;
  }

  std::string_view text(uint64_t count) {
    const Bytes taken = take(count);
    return {reinterpret_cast<const char*>(taken.data()), taken.size()};
  }

  // An unsigned integer of `size` (1 to 8) bytes.
  uint64_t integer(int size) {
    const Bytes taken = take(static_cast<uint64_t>(size));
    uint64_t value = 0;
    for (size_t i = taken.size(); i-- > 0;) value = value << 8 | taken[i];
    return value;
  }

 private:
  Bytes bytes_;
  size_t position_;
};

}  // namespace linnet::converter::torch
