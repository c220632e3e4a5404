#include "kernels/targets.h"

#if LINNET_TARGET_X86

#include "kernels/igemm_f32/broadcast_tile.h"
#include "kernels/simd/avx2.h"

namespace linnet {
namespace {

struct PanelsAvx2 : Avx2 {
  static constexpr int kPanels = 1;
  static LINNET_INLINE V load_panels(const float* w, size_t) { return _mm256_loadu_ps(w); }
};

}  // namespace

// 12 accumulators and 2 vectors of weights in 16 registers.
void igemm_f32_6x16_n8k1_avx2(int m, int segments, const float* const* rows, const int* k,
                              const float* panels, size_t panel_floats, int n,
                              const Epilogue& epilogue, float* out, size_t out_pixel_stride) {
  broadcast_igemm<PanelsAvx2, 6, 2>(m, segments, rows, k, panels, panel_floats, n, epilogue, out,
                                    out_pixel_stride);
}

}  // namespace linnet

#endif
