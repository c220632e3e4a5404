#include "kernels/targets.h"

#if LINNET_TARGET_NEON

#include "kernels/pool_s8/vector.h"
#include "kernels/simd/requantize_neon.h"

namespace linnet {
namespace {

struct Bytes8 {
  using V = int8x8_t;
  static constexpr int kWidth = 8;
  static LINNET_INLINE V least() { return vdup_n_s8(-128); }
  static LINNET_INLINE V load(const int8_t* p) { return vld1_s8(p); }
  static LINNET_INLINE V load_part(const int8_t* p, int n) { return load_first_int8(p, n); }
  static LINNET_INLINE void store(int8_t* p, V v) { vst1_s8(p, v); }
  static LINNET_INLINE void store_part(int8_t* p, V v, int n) { store_first_int8(p, v, n); }
  static LINNET_INLINE V max(V a, V b) { return vmax_s8(a, b); }
};

struct Bytes16 {
  using V = int8x16_t;
  static constexpr int kWidth = 16;
  static LINNET_INLINE V least() { return vdupq_n_s8(-128); }
  static LINNET_INLINE V load(const int8_t* p) { return vld1q_s8(p); }
  static LINNET_INLINE void store(int8_t* p, V v) { vst1q_s8(p, v); }
  static LINNET_INLINE V max(V a, V b) { return vmaxq_s8(a, b); }
};

}  // namespace

void max_pool_s8_neon(const PoolS8Args& args) {
  max_pool_s8_row<Bytes16, Bytes8>(args);
}

}  // namespace linnet

#endif
