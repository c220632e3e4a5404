#include "kernels/dot_peak_s8/loop.h"

namespace linnet {
namespace {

struct Scalar {
  using I = int32_t;
  using B = int32_t;
  static LINNET_INLINE B set(int8_t x) { return x; }
  static LINNET_INLINE void forget(B& x) { __asm__ volatile("" : "+r"(x)); }
  static LINNET_INLINE I zero() { return 0; }
  static LINNET_INLINE I add(I a, I b) { return a + b; }
  static LINNET_INLINE I dot(I sum, B a, B b) {
    // Unsigned: it may wrap around.
    return static_cast<int32_t>(static_cast<uint32_t>(sum) + static_cast<uint32_t>(a * b));
  }
};

}  // namespace

int32_t dot_peak_s8_scalar(int rounds) {
  return dot_peak_loop<Scalar>(rounds);
}

}  // namespace linnet
