#include "model/crc32.h"

#include <gtest/gtest.h>

#include <vector>

#include "model/crc32_tables.h"

namespace linnet {
namespace {

// One bit at a time, straight from the definition.
uint32_t slow_crc32(uint32_t crc, const uint8_t* data, size_t bytes) {
  crc = ~crc;
  for (size_t i = 0; i < bytes; ++i) {
    crc ^= data[i];
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) ? 0xEDB88320u : 0u);
  }
  return ~crc;
}

TEST(Crc32, CheckValueOfTheStandard) {
  EXPECT_EQ(crc32(0, "123456789", 9), 0xCBF43926u);
  EXPECT_EQ(crc32(0, nullptr, 0), 0u);
}

TEST(Crc32, TablesAreCrcsOfAByteAndZeros) {
  // Made now, not by the compiler.
  Crc32Tables (*const volatile make)() = make_crc32_tables;
  const Crc32Tables tables = make();
  for (int slice = 0; slice < kCrc32Slices; ++slice) {
    for (int byte = 0; byte < 256; ++byte) {
      // Without the inversions at the start and the end.
      const uint8_t data[kCrc32Slices] = {static_cast<uint8_t>(byte)};
      const auto bytes = static_cast<size_t>(slice) + 1;
      EXPECT_EQ(tables.entry[slice][byte], ~slow_crc32(~0u, data, bytes)) << slice << " " << byte;
    }
  }
}

TEST(Crc32, EveryLengthOffsetAndSplit) {
  std::vector<uint8_t> data(64);
  for (size_t i = 0; i < data.size(); ++i) data[i] = static_cast<uint8_t>(i * 37 + 11);
  for (size_t offset = 0; offset < 8; ++offset) {
    for (size_t length = 0; offset + length <= data.size(); ++length) {
      const uint8_t* p = data.data() + offset;
      const uint32_t expected = slow_crc32(0, p, length);
      EXPECT_EQ(crc32(0, p, length), expected);
      const size_t half = length / 2;
      EXPECT_EQ(crc32(crc32(0, p, half), p + half, length - half), expected);
    }
  }
}

}  // namespace
}  // namespace linnet
