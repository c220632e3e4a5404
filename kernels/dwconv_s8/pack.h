// Packing for dwconv_s8; for the converter and the tests, never on the device.
#pragma once

#include <cstring>
#include <vector>

#include "kernels/dwconv_s8/dwconv_s8.h"

namespace linnet {

// weights: [channels][taps], -127 to 127. bias and multiplier: one per channel. Returns the rows of
// dwconv_s8.h.
inline std::vector<uint8_t> pack_dwconv_s8(const int8_t* weights, const int32_t* bias,
                                           const float* multiplier, size_t channels, size_t taps) {
  const size_t row = dwconv_s8_row_channels(channels);
  std::vector<uint8_t> packed(dwconv_s8_weight_bytes(channels, taps), 0);
  uint8_t* const multipliers = packed.data() + row * sizeof(int32_t);
  uint8_t* const tap_rows = multipliers + row * sizeof(float);
  std::memcpy(packed.data(), bias, channels * sizeof(int32_t));
  std::memcpy(multipliers, multiplier, channels * sizeof(float));
  for (size_t c = 0; c < channels; ++c) {
    for (size_t t = 0; t < taps; ++t) {
      tap_rows[t * row + c] = static_cast<uint8_t>(weights[c * taps + t]);
    }
  }
  return packed;
}

}  // namespace linnet
