// When RequantizeS8::small holds for packed weights: for whoever packs them and whoever verifies
// them.
#pragma once

#include "kernels/igemm_s8/igemm_s8.h"

namespace linnet {

// For channel `lane` of a panel of panel_bytes bytes, whatever the inputs.
inline bool igemm_s8_has_small_sum(const uint8_t* panel, size_t panel_bytes, int lane) {
  constexpr int64_t kMostSum = (1 << 22) - 1;
  constexpr float kMostProduct = 32000.0f, kLeastMultiplier = 1e-30f;
  constexpr size_t kGroupBytes = kIgemmS8PanelWidth * kIgemmS8Group;
  const auto& header = *reinterpret_cast<const IgemmS8PanelHeader*>(panel);
  const auto* weights = reinterpret_cast<const int8_t*>(panel + sizeof header) +
                        static_cast<size_t>(lane) * kIgemmS8Group;
  int64_t sizes = 0;  // of the weights
  for (size_t at = 0; at + kGroupBytes <= panel_bytes - sizeof header; at += kGroupBytes) {
    for (size_t i = 0; i < kIgemmS8Group; ++i) {
      const int w = weights[at + i];
      sizes += w < 0 ? -w : w;
    }
  }
  const int64_t bias = header.bias[lane];
  const int64_t most = sizes * 128 + (bias < 0 ? -bias : bias);
  const float multiplier = header.multiplier[lane];
  return most <= kMostSum && multiplier == shortened(multiplier) &&
         multiplier >= kLeastMultiplier && static_cast<float>(most) * multiplier <= kMostProduct;
}

// For all `n` channels.
inline bool igemm_s8_has_small_sums(const void* panels, size_t panel_bytes, size_t n) {
  for (size_t c = 0; c < n; ++c) {
    const auto* panel = static_cast<const uint8_t*>(panels) + c / kIgemmS8PanelWidth * panel_bytes;
    if (!igemm_s8_has_small_sum(panel, panel_bytes, static_cast<int>(c % kIgemmS8PanelWidth))) {
      return false;
    }
  }
  return true;
}

}  // namespace linnet
