// eltwise_f32 on vectors. S: a struct of kernels/simd.
#pragma once

#include "kernels/activation_f32/vector.h"
#include "kernels/eltwise_f32/eltwise_f32.h"

namespace linnet {
namespace {  // NOLINT(google-build-namespaces)

template <typename S, typename Op>
LINNET_INLINE void combine_vectors(int pixels, int channels, const float* a, size_t a_stride,
                                   const float* b, size_t b_stride, const Epilogue& epilogue,
                                   float* out, size_t out_stride, const Op& op) {
  with_activation<S>(
      epilogue, [&](auto activate) __attribute__((always_inline)) {
        for (int p = 0; p < pixels; ++p) {
          int c = 0;
          for (; c + S::kWidth <= channels; c += S::kWidth) {
            S::store(out + c, activate(op(S::load(a + c), S::load(b + c))));
          }
          if (c < channels) {
            const int n = channels - c;
            S::store_part(out + c, activate(op(S::load_part(a + c, n), S::load_part(b + c, n))), n);
          }
          a += a_stride;
          b += b_stride;
          out += out_stride;
        }
      });
}

}  // namespace
}  // namespace linnet
