// Packing for winograd_f32; for the converter and the tests, never on the device.
#pragma once

#include <vector>

#include "kernels/igemm_f32/pack.h"
#include "kernels/winograd_f32/matrices.h"
#include "kernels/winograd_f32/winograd_f32.h"

namespace linnet {

// weights: [outputs][inputs][3][3].
template <typename M>
std::vector<float> pack_winograd_f32(const float* weights, const float* bias, size_t outputs,
                                     size_t inputs) {
  std::vector<float> packed(bias, bias + outputs);
  packed.resize(winograd_bias_floats(outputs), 0.0f);
  const std::vector<float> zeros(outputs, 0.0f);
  std::vector<float> position(outputs * inputs);
  for (int i = 0; i < M::kPatch; ++i) {
    for (int j = 0; j < M::kPatch; ++j) {
      for (size_t f = 0; f < position.size(); ++f) {
        double sum = 0;
        for (int y = 0; y < 3; ++y) {
          for (int x = 0; x < 3; ++x) {
            sum += M::kWeights[i][y] * M::kWeights[j][x] *
                   double{weights[f * 9 + static_cast<size_t>(y * 3 + x)]};
          }
        }
        position[f] = static_cast<float>(sum);
      }
      const std::vector<float> panels =
          pack_igemm_f32(position.data(), zeros.data(), outputs, inputs, 1);
      packed.insert(packed.end(), panels.begin(), panels.end());
    }
  }
  return packed;
}

inline std::vector<float> pack_winograd_f32(int tile, const float* weights, const float* bias,
                                            size_t outputs, size_t inputs) {
  return tile == 2 ? pack_winograd_f32<Winograd2Matrices>(weights, bias, outputs, inputs)
                   : pack_winograd_f32<Winograd4Matrices>(weights, bias, outputs, inputs);
}

}  // namespace linnet
