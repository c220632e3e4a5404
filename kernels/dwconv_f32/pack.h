// Packing for dwconv_f32; for the converter and the tests, never on the device.
#pragma once

#include <vector>

#include "kernels/dwconv_f32/dwconv_f32.h"

namespace linnet {

// weights: [channels][taps]. Returns a row of biases, then one row for each tap.
inline std::vector<float> pack_dwconv_f32(const float* weights, const float* bias, size_t channels,
                                          size_t taps) {
  const size_t row = dwconv_f32_weight_row_floats(channels);
  std::vector<float> packed(dwconv_f32_weight_floats(channels, taps), 0.0f);
  for (size_t c = 0; c < channels; ++c) {
    packed[c] = bias[c];
    for (size_t t = 0; t < taps; ++t) packed[(1 + t) * row + c] = weights[c * taps + t];
  }
  return packed;
}

}  // namespace linnet
