#include "kernels/activation_f32/activation_f32.h"
#include "kernels/igemm_f32/igemm_f32.h"

namespace linnet {
namespace {

constexpr int kMr = 4;
constexpr int kNr = kIgemmF32PanelWidth;

// Accumulates one panel.
void accumulate(int segments, const float* const* rows, const int* k, const float* panel,
                float (&acc)[kMr][kNr]) {
  for (auto& pixel : acc) {
    for (int n = 0; n < kNr; ++n) pixel[n] = panel[n];
  }
  const float* w = panel + kNr;
  for (int t = 0; t < segments; ++t) {
    const float* const* row = rows + t * kMr;
    for (int i = 0; i < k[t]; ++i) {
      for (int p = 0; p < kMr; ++p) {
        const float x = row[p][i];
        for (int n = 0; n < kNr; ++n) acc[p][n] += x * w[n];
      }
      w += kNr;
    }
  }
}

}  // namespace

void igemm_f32_4x8_n8k1_scalar(int m, int segments, const float* const* rows, const int* k,
                               const float* panels, size_t panel_floats, int n,
                               const Epilogue& epilogue, float* out, size_t out_pixel_stride) {
  for (int first = 0; first < n; first += kNr) {
    float acc[kMr][kNr];
    accumulate(segments, rows, k, panels, acc);
    const int width = n - first < kNr ? n - first : kNr;
    for (int p = 0; p < m; ++p) {
      float* pixel = out + static_cast<size_t>(p) * out_pixel_stride + first;
      for (int c = 0; c < width; ++c) pixel[c] = activate(acc[p][c], epilogue);
    }
    panels += panel_floats;
  }
}

}  // namespace linnet
