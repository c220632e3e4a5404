// Reporting: one place fills linnet_error.
#pragma once

#include "linnet/linnet.h"

namespace linnet {

// Fills *error if it is not null and returns `status`.
linnet_status report(linnet_error* error, linnet_status status, const char* what,
                     uint64_t expected = 0, uint64_t found = 0, int64_t index = -1);

// A number for linnet_error, which knows no signs: negative ones are shown as 0.
inline uint64_t shown(int value) {
  return value < 0 ? 0 : static_cast<uint64_t>(value);
}

}  // namespace linnet
