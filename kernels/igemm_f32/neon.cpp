#include "kernels/targets.h"

#if LINNET_TARGET_NEON

#include "kernels/igemm_f32/lane_tile.h"
#include "kernels/simd/neon.h"

namespace linnet {
namespace {

#if LINNET_TARGET_AARCH64

struct LaneNeon : Neon {
  using Lanes = float32x4_t;
  static constexpr int kLanes = 4;
  static LINNET_INLINE Lanes load_lanes(const float* p) { return vld1q_f32(p); }
  static LINNET_INLINE Lanes load_lane(const float* p) { return Lanes{*p, 0, 0, 0}; }
  template <int kLane>
  static LINNET_INLINE V fma_lane(V sum, V w, Lanes x) {
    return vfmaq_laneq_f32(sum, w, x, kLane);
  }
};

#else

// VFPv4 has no fused multiplication by a lane; these round the product too.
struct LaneNeon : Neon {
  using Lanes = float32x2_t;
  static constexpr int kLanes = 2;
  static LINNET_INLINE Lanes load_lanes(const float* p) { return vld1_f32(p); }
  static LINNET_INLINE Lanes load_lane(const float* p) { return vld1_dup_f32(p); }
  template <int kLane>
  static LINNET_INLINE V fma_lane(V sum, V w, Lanes x) {
    return vmlaq_lane_f32(sum, w, x, kLane);
  }
};

#endif

}  // namespace

#if LINNET_TARGET_AARCH64

// 16 accumulators, 8 vectors of inputs and 2 to 8 of weights in 32 registers.
void igemm_f32_8x8_n8k1_neon(int m, int segments, const float* const* rows, const int* k,
                             const float* panels, size_t panel_floats, int n,
                             const Epilogue& epilogue, float* out, size_t out_pixel_stride) {
  if (m > 4) {
    lane_panels<LaneNeon, 8, 8>(m, segments, rows, k, panels, panel_floats, n, epilogue, out,
                                out_pixel_stride);
  } else {
    lane_panels<LaneNeon, 4, 8>(m, segments, rows, k, panels, panel_floats, n, epilogue, out,
                                out_pixel_stride);
  }
}

#else

// 8 accumulators, 4 half vectors of inputs and 2 to 4 vectors of weights in 16 registers.
void igemm_f32_4x8_n8k1_neon(int m, int segments, const float* const* rows, const int* k,
                             const float* panels, size_t panel_floats, int n,
                             const Epilogue& epilogue, float* out, size_t out_pixel_stride) {
  lane_panels<LaneNeon, 4, 4>(m, segments, rows, k, panels, panel_floats, n, epilogue, out,
                              out_pixel_stride);
}

#endif

}  // namespace linnet

#endif
