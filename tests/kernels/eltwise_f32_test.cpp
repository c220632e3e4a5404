// activation_f32 and eltwise_f32 against double.
#include "kernels/eltwise_f32/eltwise_f32.h"

#include <cmath>
#include <ostream>

#include "kernels/activation_f32/activation_f32.h"
#include "tests/kernels/guarded_memory.h"
#include "tests/kernels/values.h"
#include "tests/kernels/variant_test.h"

namespace linnet::test {

void PrintTo(const ActivationF32Variant& variant, std::ostream* out) {
  *out << variant.name;
}
void PrintTo(const EltwiseF32Variant& variant, std::ostream* out) {
  *out << variant.name;
}

namespace {

constexpr int kPixels = 3;

// Fills the channels of the pixels and gives a copy, [pixel][channel].
std::vector<float> fill_pixels(Random* random, float* to, int pixels, int channels, size_t stride,
                               Values values) {
  std::vector<float> copy;
  for (int p = 0; p < pixels; ++p) {
    float* const pixel = to + static_cast<size_t>(p) * stride;
    random->fill(pixel, static_cast<size_t>(channels), values);
    copy.insert(copy.end(), pixel, pixel + channels);
  }
  return copy;
}

class ActivationF32Test : public VariantTest<ActivationF32Variant> {
 protected:
  void check(const Epilogue& epilogue, int channels, Values values, Side side, bool in_place) {
    const size_t in_stride = static_cast<size_t>(channels + random_.between(0, 2));
    const size_t out_stride = static_cast<size_t>(channels + random_.between(0, 2));
    float* const out = out_.place(kPixels, channels, out_stride, side);
    float* const in = in_place ? out : in_.place(extent(kPixels, channels, in_stride), side);
    const size_t stride = in_place ? out_stride : in_stride;
    const std::vector<float> copy = fill_pixels(&random_, in, kPixels, channels, stride, values);
    GetParam().function(kPixels, channels, in, stride, epilogue, out, out_stride);
    EXPECT_TRUE(out_.untouched()) << "wrote outside its output, channels " << channels;
    for (int p = 0; p < kPixels; ++p) {
      for (int c = 0; c < channels; ++c) {
        const float x = copy[static_cast<size_t>(p * channels + c)];
        const Expected expected = expected_activation({x, 0}, epilogue);
        ASSERT_TRUE(agrees(out_.at(p, c), expected))
            << describe(out_.at(p, c), expected) << " for " << x << ", activation "
            << static_cast<int>(epilogue.activation) << ", channels " << channels;
      }
    }
  }

  Random random_{3};
  GuardedInput<float> in_;
  GuardedOutput<float> out_;
};

TEST_P(ActivationF32Test, EveryActivationAndNumberOfChannels) {
  for (const Activation activation : kActivations) {
    for (int channels = 1; channels <= 35; ++channels) {
      for (const Values values : {Values::ordinary, Values::extreme}) {
        for (const Side side : kSides) {
          for (const bool in_place : {false, true}) {
            check({activation, 0.1f}, channels, values, side, in_place);
          }
        }
      }
    }
  }
}

// A sweep through the interesting range and all that is special, at every place of a vector.
TEST_P(ActivationF32Test, SweepAndSpecialValues) {
  std::vector<float> values = {NAN,   INFINITY, -INFINITY, -3.0f,      3.0f,  0.0f,
                               -0.0f, 6.0f,     -87.0f,    -87.00001f, 1e36f, -1e36f};
  for (float x = -100; x < 100; x += 0.0371f) values.push_back(x);
  std::vector<float> out(values.size());
  for (const Activation activation : kActivations) {
    const Epilogue epilogue = {activation, -0.25f};
    for (size_t offset = 0; offset < 4; ++offset) {
      GetParam().function(1, static_cast<int>(values.size() - offset), values.data() + offset, 1,
                          epilogue, out.data() + offset, 1);
      for (size_t i = offset; i < values.size(); ++i) {
        const Expected expected = expected_activation({values[i], 0}, epilogue);
        EXPECT_TRUE(agrees(out[i], expected)) << describe(out[i], expected) << " for " << values[i]
                                              << ", activation " << static_cast<int>(activation);
      }
    }
  }
}

LINNET_TEST_VARIANTS(ActivationF32Test, activation_f32_variants);

enum class Op { add, mul };
// Where the result goes.
enum class To { apart, a, b };

class EltwiseF32Test : public VariantTest<EltwiseF32Variant> {
 protected:
  void check(Op op, int channels, bool broadcast, To to, const Epilogue& epilogue, Values values,
             Side side) {
    const size_t out_stride = static_cast<size_t>(channels + random_.between(0, 2));
    const size_t a_stride =
        to == To::a ? out_stride : static_cast<size_t>(channels + random_.between(0, 2));
    const size_t b_stride =
        to == To::b ? out_stride : static_cast<size_t>(channels + random_.between(0, 2));
    const int b_pixels = broadcast ? 1 : kPixels;
    float* const out = out_.place(kPixels, channels, out_stride, side);
    float* const a = to == To::a ? out : a_.place(extent(kPixels, channels, a_stride), side);
    float* const b = to == To::b ? out : b_.place(extent(b_pixels, channels, b_stride), side);
    const std::vector<float> a_copy = fill_pixels(&random_, a, kPixels, channels, a_stride, values);
    const std::vector<float> b_copy =
        fill_pixels(&random_, b, b_pixels, channels, b_stride, values);
    const EltwiseF32 function = op == Op::add ? GetParam().add : GetParam().mul;
    function(kPixels, channels, a, a_stride, b, broadcast ? 0 : b_stride, epilogue, out,
             out_stride);
    EXPECT_TRUE(out_.untouched()) << "wrote outside its output, channels " << channels;
    for (int p = 0; p < kPixels; ++p) {
      for (int c = 0; c < channels; ++c) {
        const double x = a_copy[static_cast<size_t>(p * channels + c)];
        const double y = b_copy[static_cast<size_t>((broadcast ? 0 : p) * channels + c)];
        const double exact = op == Op::add ? x + y : x * y;
        const Expected expected =
            expected_activation(expected_sum(exact, std::fabs(exact), 1), epilogue);
        ASSERT_TRUE(agrees(out_.at(p, c), expected))
            << describe(out_.at(p, c), expected) << " for " << x << (op == Op::add ? " + " : " * ")
            << y << ", channels " << channels;
      }
    }
  }

  Random random_{4};
  GuardedInput<float> a_, b_;
  GuardedOutput<float> out_;
};

TEST_P(EltwiseF32Test, EveryNumberOfChannels) {
  for (const Op op : {Op::add, Op::mul}) {
    for (int channels = 1; channels <= 35; ++channels) {
      for (const Side side : kSides) {
        for (const Values values : {Values::ordinary, Values::extreme}) {
          check(op, channels, false, To::apart, {}, values, side);
          check(op, channels, true, To::apart, {}, values, side);
          check(op, channels, false, To::a, {}, values, side);
          check(op, channels, true, To::a, {}, values, side);
          check(op, channels, false, To::b, {}, values, side);
        }
      }
    }
  }
}

TEST_P(EltwiseF32Test, EveryActivation) {
  for (const Op op : {Op::add, Op::mul}) {
    for (const Activation activation : kActivations) {
      for (int channels = 1; channels <= 20; ++channels) {
        check(op, channels, channels % 2 == 0, To::apart, {activation, 0.1f}, Values::extreme,
              Side::high);
      }
    }
  }
}

LINNET_TEST_VARIANTS(EltwiseF32Test, eltwise_f32_variants);

}  // namespace
}  // namespace linnet::test
