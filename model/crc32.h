// CRC-32 (IEEE 802.3, reflected, polynomial 0xEDB88320), as in zip and PNG. Finds accidents, not
// attackers: it is no signature.
#pragma once

#include <cstddef>
#include <cstdint>

namespace linnet {

// CRC of `bytes` bytes, continuing from `crc` (0 to start).
uint32_t crc32(uint32_t crc, const void* data, size_t bytes);

}  // namespace linnet
