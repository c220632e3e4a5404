#include "model/crc32.h"

namespace linnet {
namespace {

struct Crc32Table {
  uint32_t entry[256];
};

constexpr Crc32Table make_table() {
  Crc32Table table{};
  for (uint32_t i = 0; i < 256; ++i) {
    uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ ((value & 1) ? 0xEDB88320u : 0u);
    table.entry[i] = value;
  }
  return table;
}

constexpr Crc32Table kTable = make_table();

}  // namespace

uint32_t crc32(uint32_t crc, const void* data, size_t bytes) {
  const auto* p = static_cast<const uint8_t*>(data);
  crc = ~crc;
  for (size_t i = 0; i < bytes; ++i) crc = (crc >> 8) ^ kTable.entry[(crc ^ p[i]) & 0xFF];
  return ~crc;
}

}  // namespace linnet
