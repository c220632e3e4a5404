// Packing for igemm_f32; for the converter and the tests, never on the device.
#pragma once

#include <vector>

#include "kernels/igemm_f32/igemm_f32.h"

namespace linnet {

// weights: [outputs][inputs][taps] (OIHW), inputs in the order of the operand view. Returns the
// panels of igemm_f32.h, K running tap by tap, then input by input.
inline std::vector<float> pack_igemm_f32(const float* weights, const float* bias, size_t outputs,
                                         size_t inputs, size_t taps) {
  const size_t panel_floats = igemm_f32_panel_floats(inputs * taps);
  std::vector<float> packed(igemm_f32_panel_count(outputs) * panel_floats, 0.0f);
  for (size_t o = 0; o < outputs; ++o) {
    float* panel = packed.data() + o / kIgemmF32PanelWidth * panel_floats + o % kIgemmF32PanelWidth;
    panel[0] = bias[o];
    for (size_t t = 0; t < taps; ++t) {
      for (size_t i = 0; i < inputs; ++i) {
        panel[(1 + t * inputs + i) * kIgemmF32PanelWidth] = weights[(o * inputs + i) * taps + t];
      }
    }
  }
  return packed;
}

}  // namespace linnet
