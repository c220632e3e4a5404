// Tables for four bytes at a time ("slicing"; M. Kounavis and F. Berry, "A Systematic Approach to
// Building High Performance Software-based CRC Generators", ISCC 2005): 4 KB, three times as fast
// as one byte at a time.
#pragma once

#include <cstdint>

namespace linnet {

inline constexpr int kCrc32Slices = 4;

// entry[s][b]: CRC of byte b followed by s zero bytes.
struct Crc32Tables {
  uint32_t entry[kCrc32Slices][256];
};

// Made by the compiler.
constexpr Crc32Tables make_crc32_tables() {
  Crc32Tables tables{};
  for (uint32_t i = 0; i < 256; ++i) {
    uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ ((value & 1) ? 0xEDB88320u : 0u);
    tables.entry[0][i] = value;
  }
  for (int s = 1; s < kCrc32Slices; ++s) {
    for (uint32_t i = 0; i < 256; ++i) {
      const uint32_t shorter = tables.entry[s - 1][i];
      tables.entry[s][i] = (shorter >> 8) ^ tables.entry[0][shorter & 0xFF];
    }
  }
  return tables;
}

}  // namespace linnet
