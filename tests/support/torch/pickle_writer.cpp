#include "tests/support/torch/pickle_writer.h"

#include <bit>

namespace linnet::test::torch {

PickleWriter& PickleWriter::real(double value) {
  const uint64_t bits = __builtin_bswap64(std::bit_cast<uint64_t>(value));
  return op('G', bits, 8);
}

PickleWriter& PickleWriter::text(const std::string& value) {
  const bool short_form = protocol_ >= 4 && value.size() < 256;
  op(short_form ? '\x8c' : 'X', value.size(), short_form ? 1 : 4);
  append_text(&bytes_, value);
  return *this;
}

PickleWriter& PickleWriter::global(const std::string& module, const std::string& name) {
  if (protocol_ >= 4) return text(module).text(name).op('\x93');
  op('c');
  append_text(&bytes_, module + "\n" + name + "\n");
  return *this;
}

PickleWriter& PickleWriter::integers(const std::vector<int64_t>& values) {
  mark();
  for (const int64_t value : values) integer(value);
  return tuple();
}

}  // namespace linnet::test::torch
