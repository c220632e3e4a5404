// eltwise_f32 on vectors. S: a struct of kernels/simd.
#pragma once

#include "kernels/activation_f32/vector.h"
#include "kernels/eltwise_f32/eltwise_f32.h"
#include "kernels/simd/vectors.h"

namespace linnet {
namespace {  // NOLINT(google-build-namespaces)

template <typename S, typename Op>
LINNET_INLINE void combine_vectors(int pixels, int channels, const float* a, size_t a_stride,
                                   const float* b, size_t b_stride, const Epilogue& epilogue,
                                   float* out, size_t out_stride, const Op& op) {
  with_activation<S>(
      epilogue, [&](auto activate) __attribute__((always_inline)) {
        for (int p = 0; p < pixels; ++p) {
          for_each_vector<S>(
              channels, [&](auto io, int c) __attribute__((always_inline)) {
                io.store(out + c, activate(op(io.load(a + c), io.load(b + c))));
              });
          a += a_stride;
          b += b_stride;
          out += out_stride;
        }
      });
}

}  // namespace
}  // namespace linnet
