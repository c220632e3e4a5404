// Activations of vectors, for the epilogues of all f32 kernels. S: a struct of kernels/simd.
//
// sigmoid(x) = 1 / (1 + exp(-x)). exp by the range reduction of exp.h and the polynomial of degree
// 6 of Cephes' expf (S. Moshier, Cephes Mathematical Library, 1989). Measured against double over
// [-87, 88] (tests/kernels/activation_f32_test.cpp): sigmoid and SiLU within 3 ulp.
#pragma once

#include "kernels/activation_f32/activation_f32.h"

namespace linnet {
namespace {  // NOLINT(google-build-namespaces)

// Below it sigmoid is less than 2^-126, and 0 here.
inline constexpr float kSigmoidUnderflow = -87.33654f;
// exp(kLargestExponent) < 2^126, so that its reciprocal is normal.
inline constexpr float kLargestExponent = 87.33f;

// exp(x) for |x| <= kLargestExponent; NaN stays NaN.
template <typename S>
LINNET_INLINE typename S::V exp_vector(typename S::V x) {
  const auto round = S::set(12582912.0f);  // 1.5 * 2^23
  const auto shifted = S::fma(x, S::set(1.44269504f), round);
  const auto n = S::sub(shifted, round);
  auto r = S::fnma(n, S::set(0.693359375f), x);
  r = S::fnma(n, S::set(-2.12194440e-4f), r);
  auto p = S::set(1.9875691500e-4f);
  p = S::fma(p, r, S::set(1.3981999507e-3f));
  p = S::fma(p, r, S::set(8.3334519073e-3f));
  p = S::fma(p, r, S::set(4.1665795894e-2f));
  p = S::fma(p, r, S::set(1.6666665459e-1f));
  p = S::fma(p, r, S::set(5.0000001201e-1f));
  p = S::fma(p, S::mul(r, r), r);  // exp(r) - 1
  const auto power = S::power_of_two(shifted);
  return S::fma(p, power, power);
}

template <typename S>
LINNET_INLINE typename S::V sigmoid_vector(typename S::V x) {
  const auto inside =
      S::at_most(S::at_least(x, S::set(-kLargestExponent)), S::set(kLargestExponent));
  const auto e = exp_vector<S>(S::sub(S::set(0.0f), inside));
  return S::reciprocal(S::add(e, S::set(1.0f)));
}

template <typename S>
LINNET_INLINE typename S::V clamp_vector(typename S::V x, float low, float high) {
  return S::at_most(S::at_least(x, S::set(low)), S::set(high));
}

template <typename S>
LINNET_INLINE typename S::V activate_vector(typename S::V x, const Epilogue& epilogue) {
  switch (epilogue.activation) {
    case Activation::none:
      return x;
    case Activation::relu:
      return S::at_least(x, S::set(0.0f));
    case Activation::relu6:
      return clamp_vector<S>(x, 0.0f, 6.0f);
    case Activation::leaky_relu:
      return S::if_less(x, S::set(0.0f), S::mul(x, S::set(epilogue.alpha)), x);
    case Activation::silu:
      return S::if_less(x, S::set(kSigmoidUnderflow), S::set(0.0f),
                        S::mul(x, sigmoid_vector<S>(x)));
    case Activation::hard_swish:
      return S::mul(S::mul(x, clamp_vector<S>(S::add(x, S::set(3.0f)), 0.0f, 6.0f)),
                    S::set(1.0f / 6));
    case Activation::sigmoid:
      return S::if_less(x, S::set(kSigmoidUnderflow), S::set(0.0f), sigmoid_vector<S>(x));
    case Activation::hard_sigmoid:
      return S::mul(clamp_vector<S>(S::add(x, S::set(3.0f)), 0.0f, 6.0f), S::set(1.0f / 6));
  }
  return x;
}

// Activations that kernels apply to their accumulators. The others are applied to stored results
// that are still in the first-level cache.
LINNET_INLINE bool is_clamp(Activation activation) {
  return activation == Activation::none || activation == Activation::relu ||
         activation == Activation::relu6;
}

// out = activation(in) for `pixels` rows of `channels` floats; may be in place.
template <typename S>
LINNET_INLINE void activate_block(int pixels, int channels, const float* in, size_t in_stride,
                                  const Epilogue& epilogue, float* out, size_t out_stride) {
  for (int p = 0; p < pixels; ++p) {
    int c = 0;
    for (; c + S::kWidth <= channels; c += S::kWidth) {
      S::store(out + c, activate_vector<S>(S::load(in + c), epilogue));
    }
    if (c < channels) {
      const auto x = S::load_part(in + c, channels - c);
      S::store_part(out + c, activate_vector<S>(x, epilogue), channels - c);
    }
    in += in_stride;
    out += out_stride;
  }
}

}  // namespace
}  // namespace linnet
