#include "kernels/fma_peak/loop.h"

namespace linnet {
namespace {

struct Scalar {
  using V = float;
  static LINNET_INLINE V set(float x) { return x; }
  static LINNET_INLINE V add(V a, V b) { return a + b; }
  static LINNET_INLINE V fma(V a, V b, V c) { return a * b + c; }
};

}  // namespace

float fma_peak_scalar(int rounds) {
  return fma_peak_loop<Scalar>(rounds);
}

}  // namespace linnet
