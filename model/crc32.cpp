#include "model/crc32.h"

#include "model/crc32_tables.h"

namespace linnet {

static constexpr Crc32Tables kTables = make_crc32_tables();

uint32_t crc32(uint32_t crc, const void* data, size_t bytes) {
  const auto* p = static_cast<const uint8_t*>(data);
  crc = ~crc;
  for (; bytes >= kCrc32Slices; bytes -= kCrc32Slices, p += kCrc32Slices) {
    crc ^= p[0] | uint32_t{p[1]} << 8 | uint32_t{p[2]} << 16 | uint32_t{p[3]} << 24;
    crc = kTables.entry[3][crc & 0xFF] ^ kTables.entry[2][(crc >> 8) & 0xFF] ^
          kTables.entry[1][(crc >> 16) & 0xFF] ^ kTables.entry[0][crc >> 24];
  }
  for (; bytes > 0; --bytes, ++p) crc = (crc >> 8) ^ kTables.entry[0][(crc ^ *p) & 0xFF];
  return ~crc;
}

}  // namespace linnet
