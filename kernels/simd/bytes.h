// Runs of less than 8 bytes; every target is little-endian.
#pragma once

#include "kernels/base.h"

namespace linnet {

// 1 <= n < 8 bytes, the first of them lowest.
LINNET_INLINE void store_first_bytes(int8_t* p, uint64_t bytes, int n) {
  if ((n & 4) != 0) {
    __builtin_memcpy(p, &bytes, 4);
    bytes >>= 32;
    p += 4;
  }
  if ((n & 2) != 0) {
    __builtin_memcpy(p, &bytes, 2);
    bytes >>= 16;
    p += 2;
  }
  if ((n & 1) != 0) *p = static_cast<int8_t>(bytes);
}

// Nothing beyond n is read; what is not read is 0.
LINNET_INLINE uint64_t load_first_bytes(const int8_t* p, int n) {
  uint64_t bytes = 0;
  if ((n & 1) != 0) bytes = static_cast<uint8_t>(p[n & 6]);
  if ((n & 2) != 0) {
    uint16_t two;
    __builtin_memcpy(&two, p + (n & 4), sizeof two);
    bytes = bytes << 16 | two;
  }
  if ((n & 4) != 0) {
    uint32_t four;
    __builtin_memcpy(&four, p, sizeof four);
    bytes = bytes << 32 | four;
  }
  return bytes;
}

}  // namespace linnet
