// Writes pickles opcode by opcode.
#pragma once

#include <string>

#include "tests/support/torch/zip_writer.h"

namespace linnet::test::torch {

class PickleWriter {
 public:
  explicit PickleWriter(int protocol = 2) : protocol_(protocol) {
    op('\x80');
    append_integer(&bytes_, static_cast<uint64_t>(protocol), 1);
  }

  PickleWriter& op(char opcode) {
    bytes_.push_back(static_cast<uint8_t>(opcode));
    return *this;
  }
  // An opcode with an integer argument of `size` bytes.
  PickleWriter& op(char opcode, uint64_t argument, int size) {
    op(opcode);
    append_integer(&bytes_, argument, size);
    return *this;
  }
  PickleWriter& none() { return op('N'); }
  PickleWriter& boolean(bool value) { return op(value ? '\x88' : '\x89'); }
  PickleWriter& integer(int64_t value) { return op('J', static_cast<uint64_t>(value), 4); }
  PickleWriter& real(double value);
  PickleWriter& text(const std::string& value);
  PickleWriter& global(const std::string& module, const std::string& name);
  PickleWriter& mark() { return op('('); }
  PickleWriter& tuple() { return op('t'); }  // from the mark
  // A tuple of integers.
  PickleWriter& integers(const std::vector<int64_t>& values);
  PickleWriter& raw(const std::string& opcodes) {
    append_text(&bytes_, opcodes);
    return *this;
  }

  ByteVector finish() {
    op('.');
    return bytes_;
  }

 private:
  int protocol_;
  ByteVector bytes_;
};

}  // namespace linnet::test::torch
