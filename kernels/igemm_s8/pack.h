// Packing for igemm_s8; for the converter and the tests, never on the device.
#pragma once

#include <cstring>
#include <vector>

#include "kernels/igemm_s8/igemm_s8.h"

namespace linnet {

// weights: [outputs][sum of k], segment after segment, -127 to 127. bias and multiplier: one per
// output. Returns the panels of igemm_s8.h.
inline std::vector<uint8_t> pack_igemm_s8(const int8_t* weights, const int32_t* bias,
                                          const float* multiplier, size_t outputs,
                                          const std::vector<int>& k) {
  size_t k_total = 0, padded_k = 0;
  for (const int count : k) {
    k_total += static_cast<size_t>(count);
    padded_k += igemm_s8_padded_k(static_cast<size_t>(count));
  }
  const size_t panel_bytes = igemm_s8_panel_bytes(padded_k);
  std::vector<uint8_t> packed(igemm_s8_panel_count(outputs) * panel_bytes, 0);
  for (size_t o = 0; o < outputs; ++o) {
    uint8_t* panel = packed.data() + o / kIgemmS8PanelWidth * panel_bytes;
    const size_t lane = o % kIgemmS8PanelWidth;
    const int8_t* w = weights + o * k_total;
    IgemmS8PanelHeader header;
    std::memcpy(&header, panel, sizeof header);
    header.bias[lane] = bias[o];
    header.multiplier[lane] = multiplier[o];
    std::memcpy(panel, &header, sizeof header);
    uint8_t* group = panel + sizeof header;
    for (const int count : k) {
      for (int i = 0; i < count; ++i) {
        group[i / kIgemmS8Group * kIgemmS8Group * kIgemmS8PanelWidth +
              static_cast<int>(lane) * kIgemmS8Group + i % kIgemmS8Group] =
            static_cast<uint8_t>(*w++);
      }
      group += igemm_s8_padded_k(static_cast<size_t>(count)) * kIgemmS8PanelWidth;
    }
  }
  return packed;
}

}  // namespace linnet
