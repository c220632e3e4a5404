// winograd_f32 on vectors of channels. S: a struct of kernels/simd. A transform of a patch is that
// of its columns, then of the rows of the result.
#pragma once

#include <utility>

#include "kernels/activation_f32/vector.h"
#include "kernels/simd/vectors.h"
#include "kernels/winograd_f32/winograd_f32.h"

namespace linnet {
namespace {  // NOLINT(google-build-namespaces)

// One-dimensional transforms: the matrices of matrices.h without their zeros, common terms shared.
template <typename S>
struct Winograd2 {
  using V = typename S::V;
  static constexpr int kTile = 2, kPatch = 4;
  static LINNET_INLINE void input(const V (&d)[4], V (&t)[4]) {
    t[0] = S::sub(d[0], d[2]);
    t[1] = S::add(d[1], d[2]);
    t[2] = S::sub(d[2], d[1]);
    t[3] = S::sub(d[1], d[3]);
  }
  static LINNET_INLINE void output(const V (&m)[4], V (&y)[2]) {
    y[0] = S::add(m[0], S::add(m[1], m[2]));
    y[1] = S::sub(S::sub(m[1], m[2]), m[3]);
  }
};

template <typename S>
struct Winograd4 {
  using V = typename S::V;
  static constexpr int kTile = 4, kPatch = 6;
  static LINNET_INLINE void input(const V (&d)[6], V (&t)[6]) {
    const V four = S::set(4), five = S::set(5), two = S::set(2);
    const V a = S::fnma(d[2], four, d[4]);  // d4 - 4 d2
    const V b = S::fnma(d[1], four, d[3]);  // d3 - 4 d1
    const V c = S::sub(d[4], d[2]);
    const V e = S::sub(d[3], d[1]);
    t[0] = S::fma(d[0], four, S::fnma(d[2], five, d[4]));
    t[1] = S::add(a, b);
    t[2] = S::sub(a, b);
    t[3] = S::fma(e, two, c);
    t[4] = S::fnma(e, two, c);
    t[5] = S::fma(d[1], four, S::fnma(d[3], five, d[5]));
  }
  static LINNET_INLINE void output(const V (&m)[6], V (&y)[4]) {
    const V sum1 = S::add(m[1], m[2]), difference1 = S::sub(m[1], m[2]);
    const V sum2 = S::add(m[3], m[4]), difference2 = S::sub(m[3], m[4]);
    y[0] = S::add(S::add(m[0], sum1), sum2);
    y[1] = S::fma(difference2, S::set(2), difference1);
    y[2] = S::fma(sum2, S::set(4), sum1);
    y[3] = S::add(S::fma(difference2, S::set(8), difference1), m[5]);
  }
};

template <typename S, typename W, typename Io, int... kPlace>
LINNET_INLINE void winograd_input_vector(Io io, const float* const* pixels, int c, float* out,
                                         size_t stride, std::integer_sequence<int, kPlace...>) {
  using V = typename S::V;
  V half[W::kPatch][W::kPatch];
  for (int j = 0; j < W::kPatch; ++j) {
    const V d[] = {io.load(pixels[kPlace * W::kPatch + j] + c)...};
    V t[W::kPatch];
    W::input(d, t);
    ((half[kPlace][j] = t[kPlace]), ...);
  }
  for (int i = 0; i < W::kPatch; ++i) {
    const V d[] = {half[i][kPlace]...};
    V t[W::kPatch];
    W::input(d, t);
    float* row = out + static_cast<size_t>(i * W::kPatch) * stride + c;
    (io.store(row + kPlace * stride, t[kPlace]), ...);
  }
}

template <typename S, typename W>
LINNET_INLINE void winograd_input(const float* const* pixels, int channels, float* out,
                                  size_t stride) {
  const auto places = std::make_integer_sequence<int, W::kPatch>();
  for_each_vector<S>(
      channels, [&](auto io, int c) __attribute__((always_inline)) {
        winograd_input_vector<S, W>(io, pixels, c, out, stride, places);
      });
}

template <typename S, typename W, typename Io, typename Activate, int... kPlace, int... kPixel>
LINNET_INLINE void winograd_output_vector(Io io, const Activate& activate, const float* in,
                                          size_t stride, const float* bias, int c,
                                          float* const* pixels,
                                          std::integer_sequence<int, kPlace...>,
                                          std::integer_sequence<int, kPixel...>) {
  using V = typename S::V;
  V half[W::kTile][W::kPatch];
  for (int j = 0; j < W::kPatch; ++j) {
    const float* column = in + static_cast<size_t>(j) * stride + c;
    const V m[] = {io.load(column + kPlace * W::kPatch * stride)...};
    V y[W::kTile];
    W::output(m, y);
    ((half[kPixel][j] = y[kPixel]), ...);
  }
  const V b = io.load(bias + c);
  for (int i = 0; i < W::kTile; ++i) {
    const V m[] = {half[i][kPlace]...};
    V y[W::kTile];
    W::output(m, y);
    ((y[kPixel] = activate(S::add(y[kPixel], b))), ...);
    float* const* row = pixels + i * W::kTile;
    ((row[kPixel] == nullptr ? void() : io.store(row[kPixel] + c, y[kPixel])), ...);
  }
}

template <typename S, typename W>
LINNET_INLINE void winograd_output(const float* in, size_t stride, const float* bias, int channels,
                                   const Epilogue& epilogue, float* const* pixels) {
  const auto places = std::make_integer_sequence<int, W::kPatch>();
  const auto tile = std::make_integer_sequence<int, W::kTile>();
  with_activation<S>(
      epilogue, [&](auto activate) __attribute__((always_inline)) {
        for_each_vector<S>(
            channels, [&](auto io, int c) __attribute__((always_inline)) {
              winograd_output_vector<S, W>(io, activate, in, stride, bias, c, pixels, places, tile);
            });
      });
}

}  // namespace
}  // namespace linnet
