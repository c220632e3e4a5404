#include "kernels/targets.h"

#if LINNET_TARGET_X86

#include "kernels/igemm_f32/broadcast_tile.h"
#include "kernels/simd/avx512.h"

namespace linnet {
namespace {

struct PanelsAvx512 : Avx512 {
  static constexpr int kPanels = 2;
  static LINNET_INLINE V load_panels(const float* w, size_t panel_floats) {
    return _mm512_insertf32x8(_mm512_castps256_ps512(_mm256_loadu_ps(w)),
                              _mm256_loadu_ps(w + panel_floats), 1);
  }
};

}  // namespace

// 24 accumulators and 2 vectors of weights in 32 registers.
void igemm_f32_12x32_n8k1_avx512(int m, int segments, const float* const* rows, const int* k,
                                 const float* panels, size_t panel_floats, int n,
                                 const Epilogue& epilogue, float* out, size_t out_pixel_stride) {
  broadcast_igemm<PanelsAvx512, 12, 4>(m, segments, rows, k, panels, panel_floats, n, epilogue, out,
                                       out_pixel_stride);
}

}  // namespace linnet

#endif
