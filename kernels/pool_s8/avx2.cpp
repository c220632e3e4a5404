#include "kernels/targets.h"

#if LINNET_TARGET_X86

#include "kernels/pool_s8/vector.h"
#include "kernels/simd/requantize_avx2.h"

namespace linnet {
namespace {

struct Bytes8 {
  using V = __m128i;
  static constexpr int kWidth = 8;
  static LINNET_INLINE V least() { return _mm_set1_epi8(-128); }
  static LINNET_INLINE V load(const int8_t* p) {
    return _mm_loadl_epi64(reinterpret_cast<const __m128i*>(p));
  }
  static LINNET_INLINE V load_part(const int8_t* p, int n) { return load_first_int8(p, n); }
  static LINNET_INLINE void store(int8_t* p, V v) {
    _mm_storel_epi64(reinterpret_cast<__m128i*>(p), v);
  }
  static LINNET_INLINE void store_part(int8_t* p, V v, int n) { store_first_int8(p, v, n); }
  static LINNET_INLINE V max(V a, V b) { return _mm_max_epi8(a, b); }
};

struct Bytes16 {
  using V = __m128i;
  static constexpr int kWidth = 16;
  static LINNET_INLINE V least() { return _mm_set1_epi8(-128); }
  static LINNET_INLINE V load(const int8_t* p) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
  }
  static LINNET_INLINE void store(int8_t* p, V v) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(p), v);
  }
  static LINNET_INLINE V max(V a, V b) { return _mm_max_epi8(a, b); }
};

}  // namespace

void max_pool_s8_avx2(const PoolS8Args& args) {
  max_pool_s8_row<Bytes16, Bytes8>(args);
}

}  // namespace linnet

#endif
