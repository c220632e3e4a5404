// Four bytes at a time ("slicing"; M. Kounavis and F. Berry, "A Systematic Approach to Building
// High Performance Software-based CRC Generators", ISCC 2005): 4 KB of tables, three times as fast
// as one byte at a time.
#include "model/crc32.h"

namespace linnet {
namespace {

constexpr int kSlices = 4;

// entry[s][b]: CRC of byte b followed by s zero bytes.
struct Crc32Tables {
  uint32_t entry[kSlices][256];
};

constexpr Crc32Tables make_tables() {
  Crc32Tables tables{};
  for (uint32_t i = 0; i < 256; ++i) {
    uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ ((value & 1) ? 0xEDB88320u : 0u);
    tables.entry[0][i] = value;
  }
  for (int s = 1; s < kSlices; ++s) {
    for (uint32_t i = 0; i < 256; ++i) {
      const uint32_t shorter = tables.entry[s - 1][i];
      tables.entry[s][i] = (shorter >> 8) ^ tables.entry[0][shorter & 0xFF];
    }
  }
  return tables;
}

constexpr Crc32Tables kTables = make_tables();

}  // namespace

uint32_t crc32(uint32_t crc, const void* data, size_t bytes) {
  const auto* p = static_cast<const uint8_t*>(data);
  crc = ~crc;
  for (; bytes >= kSlices; bytes -= kSlices, p += kSlices) {
    crc ^= p[0] | uint32_t{p[1]} << 8 | uint32_t{p[2]} << 16 | uint32_t{p[3]} << 24;
    crc = kTables.entry[3][crc & 0xFF] ^ kTables.entry[2][(crc >> 8) & 0xFF] ^
          kTables.entry[1][(crc >> 16) & 0xFF] ^ kTables.entry[0][crc >> 24];
  }
  for (; bytes > 0; --bytes, ++p) crc = (crc >> 8) ^ kTables.entry[0][(crc ^ *p) & 0xFF];
  return ~crc;
}

}  // namespace linnet
