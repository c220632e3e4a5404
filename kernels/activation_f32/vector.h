// Activations of vectors, for the epilogues of all f32 kernels. S: a struct of kernels/simd.
//
// sigmoid(x) = 1 / (1 + exp(-x)), with exp(-x) = 2^n exp(-u), u = x + n ln 2, |u| <= ln 2 / 2, and
// a minimax polynomial of degree 5 for exp(-u) (relative error 1.05e-7). At most 4 ulp from the
// exact sigmoid and SiLU for |x| < 20, 8 beyond (tests/kernels hold it to that); below x = -87.33
// the results stay what they are there, 1e-38 and -1e-36.
#pragma once

#include "kernels/activation_f32/activation_f32.h"

namespace linnet {
namespace {  // NOLINT(google-build-namespaces)

// exp(kLargestExponent) < 2^126, so that its reciprocal is normal.
inline constexpr float kLargestExponent = 87.33f;
// 1.5 * 2^23 + 127; see power_of_two().
inline constexpr float kRoundToExponent = 12583039.0f;

// sigmoid(x) for x >= -kLargestExponent; NaN stays NaN.
template <typename S>
LINNET_INLINE typename S::V sigmoid_vector(typename S::V x) {
  x = S::at_most(x, S::set(kLargestExponent));
  const auto shifted = S::fma(x, S::set(-1.44269504f), S::set(kRoundToExponent));
  const auto n = S::sub(shifted, S::set(kRoundToExponent));
  const auto u = S::fma(n, S::set(0.693147181f), x);
  auto p = S::set(-8.312521e-3f);
  p = S::fma(p, u, S::set(4.1890156e-2f));
  p = S::fma(p, u, S::set(-1.6667114e-1f));
  p = S::fma(p, u, S::set(4.999923e-1f));
  p = S::fma(p, u, S::set(-1.0f));
  const auto power = S::power_of_two(shifted);
  // 1 + 2^n (1 + p u)
  const auto e = S::fma(S::mul(p, u), power, power);
  return S::reciprocal(S::add(e, S::set(1.0f)));
}

template <typename S>
LINNET_INLINE typename S::V clamp_vector(typename S::V x, float low, float high) {
  return S::at_most(S::at_least(x, S::set(low)), S::set(high));
}

template <typename S, Activation kActivation>
LINNET_INLINE typename S::V activate_vector(typename S::V x, [[maybe_unused]] float alpha) {
  if constexpr (kActivation == Activation::relu) {
    return S::at_least(x, S::set(0.0f));
  } else if constexpr (kActivation == Activation::relu6) {
    return clamp_vector<S>(x, 0.0f, 6.0f);
  } else if constexpr (kActivation == Activation::leaky_relu) {
    return S::if_less(x, S::set(0.0f), S::mul(x, S::set(alpha)), x);
  } else if constexpr (kActivation == Activation::silu) {
    x = S::at_least(x, S::set(-kLargestExponent));
    return S::mul(x, sigmoid_vector<S>(x));
  } else if constexpr (kActivation == Activation::hard_swish) {
    return S::mul(S::mul(x, clamp_vector<S>(S::add(x, S::set(3.0f)), 0.0f, 6.0f)),
                  S::set(1.0f / 6));
  } else if constexpr (kActivation == Activation::sigmoid) {
    return sigmoid_vector<S>(S::at_least(x, S::set(-kLargestExponent)));
  } else if constexpr (kActivation == Activation::hard_sigmoid) {
    return S::mul(clamp_vector<S>(S::add(x, S::set(3.0f)), 0.0f, 6.0f), S::set(1.0f / 6));
  } else {
    return x;
  }
}

// Calls visit(activate), where activate(vector) is the epilogue's: one loop for each activation,
// with no choice inside.
template <typename S, typename Visit>
LINNET_INLINE void with_activation(const Epilogue& epilogue, const Visit& visit) {
  using V = typename S::V;
  const float alpha = epilogue.alpha;
  switch (epilogue.activation) {
#define LINNET_CASE(name)                                      \
  case Activation::name:                                       \
    return visit([alpha](V x) __attribute__((always_inline)) { \
      return activate_vector<S, Activation::name>(x, alpha);   \
    });
    LINNET_CASE(none)
    LINNET_CASE(relu)
    LINNET_CASE(relu6)
    LINNET_CASE(leaky_relu)
    LINNET_CASE(silu)
    LINNET_CASE(hard_swish)
    LINNET_CASE(sigmoid)
    LINNET_CASE(hard_sigmoid)
#undef LINNET_CASE
  }
}

// Activations that kernels apply to their accumulators. The others are applied to stored results
// that are still in the first-level cache.
LINNET_INLINE bool is_clamp(Activation activation) {
  return activation == Activation::none || activation == Activation::relu ||
         activation == Activation::relu6;
}

// Applies such an activation to a tile of accumulators; others leave it as it is.
template <typename S, typename Tile>
LINNET_INLINE void clamp_tile(Tile& tile, Activation activation) {
  if (activation != Activation::relu && activation != Activation::relu6) return;
  tile.at_least(S::set(0.0f));
  if (activation == Activation::relu6) tile.at_most(S::set(6.0f));
}

// Four vectors of a row, or two of each of two rows: each is a long chain of dependent operations,
// and four of them fill the pipelines.
template <typename S, typename Activate>
LINNET_INLINE void activate_four(const Activate& activate, const float* a, const float* b,
                                 float* to_a, float* to_b) {
  const auto w = activate(S::load(a));
  const auto x = activate(S::load(a + S::kWidth));
  const auto y = activate(S::load(b));
  const auto z = activate(S::load(b + S::kWidth));
  S::store(to_a, w);
  S::store(to_a + S::kWidth, x);
  S::store(to_b, y);
  S::store(to_b + S::kWidth, z);
}

// out = activation(in) for `pixels` rows of `channels` floats; may be in place.
template <typename S>
LINNET_INLINE void activate_block(int pixels, int channels, const float* in, size_t in_stride,
                                  const Epilogue& epilogue, float* out, size_t out_stride) {
  with_activation<S>(
      epilogue, [&](auto activate) __attribute__((always_inline)) {
        constexpr int kTwo = 2 * S::kWidth;
        int p = 0;
        if (channels == kTwo) {
          for (; p + 2 <= pixels; p += 2) {
            activate_four<S>(activate, in, in + in_stride, out, out + out_stride);
            in += 2 * in_stride;
            out += 2 * out_stride;
          }
        }
        for (; p < pixels; ++p) {
          int c = 0;
          for (; c + 2 * kTwo <= channels; c += 2 * kTwo) {
            activate_four<S>(activate, in + c, in + c + kTwo, out + c, out + c + kTwo);
          }
          for (; c + S::kWidth <= channels; c += S::kWidth) {
            S::store(out + c, activate(S::load(in + c)));
          }
          if (c < channels) {
            S::store_part(out + c, activate(S::load_part(in + c, channels - c)), channels - c);
          }
          in += in_stride;
          out += out_stride;
        }
      });
}

}  // namespace
}  // namespace linnet
