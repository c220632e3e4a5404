// quantize: every variant gives the bits that the header says.
#include "kernels/quantize/quantize.h"

#include <cfloat>
#include <cmath>
#include <cstring>
#include <ostream>

#include "tests/kernels/guarded_memory.h"
#include "tests/kernels/int8_values.h"
#include "tests/kernels/variant_test.h"

namespace linnet::test {

void PrintTo(const QuantizeVariant& variant, std::ostream* out) {
  *out << variant.name;
}

namespace {

constexpr int kPixels = 3;

class QuantizeTest : public VariantTest<QuantizeVariant> {
 protected:
  float random_float(bool extreme) {
    constexpr float kSpecial[] = {NAN,           INFINITY,       -INFINITY,  FLT_MAX,   -FLT_MAX,
                                  0.0f,          -0.0f,          0.5f,       -0.5f,     1.5f,
                                  2.5f,          -2.5f,          1e-30f,     FLT_MIN,   -FLT_MIN,
                                  FLT_TRUE_MIN,  127.5f,         -128.5f,    126.5f,    32768.5f,
                                  2147483648.0f, -2147483648.0f, 4194303.5f, 8388609.0f};
    constexpr int kCount = sizeof kSpecial / sizeof kSpecial[0];
    if (extreme && random_.between(0, 1) == 0) return kSpecial[random_.between(0, kCount - 1)];
    return static_cast<float>(random_.between(-3000, 3000)) / 8;  // with ties
  }

  void check_quantize(int channels, const RequantizeS8& to, bool extreme, Side side) {
    if (HasFailure()) return;
    const size_t in_stride = static_cast<size_t>(channels + random_.between(0, 2));
    const size_t out_stride = static_cast<size_t>(channels + random_.between(0, 2));
    float* const in = floats_.place(extent(kPixels, channels, in_stride), side);
    float* const multipliers = scales_.place(static_cast<size_t>(channels), side);
    for (int c = 0; c < channels; ++c) multipliers[c] = random_scale(extreme);
    for (int p = 0; p < kPixels; ++p) {
      float* const pixel = in + static_cast<size_t>(p) * in_stride;
      for (int c = 0; c < channels; ++c) pixel[c] = random_float(extreme);
    }
    GetParam().quantize(kPixels, channels, in, in_stride, multipliers, to,
                        bytes_out_.place(kPixels, channels, out_stride, side), out_stride);
    EXPECT_TRUE(bytes_out_.untouched()) << "wrote outside its output, channels " << channels;
    for (int p = 0; p < kPixels; ++p) {
      for (int c = 0; c < channels; ++c) {
        const float x = in[static_cast<size_t>(p) * in_stride + static_cast<size_t>(c)];
        ASSERT_EQ(int{bytes_out_.at(p, c)}, int{expected_rounded(x * multipliers[c], to)})
            << x << " * " << multipliers[c] << ", channels " << channels << ", " << describe(to);
      }
    }
  }

  void check_dequantize(int channels, int zero_point, bool extreme, Side side) {
    if (HasFailure()) return;
    const size_t in_stride = static_cast<size_t>(channels + random_.between(0, 2));
    const size_t out_stride = static_cast<size_t>(channels + random_.between(0, 2));
    int8_t* const in = bytes_.place(extent(kPixels, channels, in_stride), side);
    float* const scales = scales_.place(static_cast<size_t>(channels), side);
    for (int c = 0; c < channels; ++c) scales[c] = random_scale(extreme);
    for (int p = 0; p < kPixels; ++p) {
      fill_int8(&random_, in + static_cast<size_t>(p) * in_stride, static_cast<size_t>(channels),
                Bytes::any);
    }
    GetParam().dequantize(kPixels, channels, in, in_stride, scales, static_cast<int8_t>(zero_point),
                          floats_out_.place(kPixels, channels, out_stride, side), out_stride);
    EXPECT_TRUE(floats_out_.untouched()) << "wrote outside its output, channels " << channels;
    for (int p = 0; p < kPixels; ++p) {
      for (int c = 0; c < channels; ++c) {
        const int q = in[static_cast<size_t>(p) * in_stride + static_cast<size_t>(c)];
        const float expected = static_cast<float>(q - zero_point) * scales[c];
        const float actual = floats_out_.at(p, c);
        ASSERT_EQ(std::memcmp(&actual, &expected, sizeof actual), 0)
            << actual << ", not " << expected << ": " << q << " - " << zero_point << ", times "
            << scales[c] << ", channels " << channels;
      }
    }
  }

 private:
  // Within what the header allows.
  float random_scale(bool extreme) {
    if (!extreme) return static_cast<float>(random_.between(1, 8)) / 8;
    const float scale = multiplier(&random_, 1.0f, kLargestQuantizeScale);
    return scale < kSmallestQuantizeScale ? 0.0f : scale;
  }

  Random random_{25};
  GuardedInput<float> floats_, scales_;
  GuardedInput<int8_t> bytes_;
  GuardedOutput<float> floats_out_;
  GuardedOutput<int8_t> bytes_out_;
};

TEST_P(QuantizeTest, EveryNumberOfChannels) {
  for (int channels = 1; channels <= 70; ++channels) {
    for (const Side side : kSides) {
      for (const bool extreme : {false, true}) {
        check_quantize(channels, {static_cast<int8_t>(channels - 35)}, extreme, side);
        check_dequantize(channels, 35 - channels, extreme, side);
      }
    }
  }
}

TEST_P(QuantizeTest, EveryRequantization) {
  for (const RequantizeS8& to : kRequantizeCases) {
    for (int channels = 1; channels <= 40; ++channels) {
      for (const bool extreme : {false, true}) check_quantize(channels, to, extreme, Side::high);
    }
  }
}

TEST_P(QuantizeTest, EveryZeroPoint) {
  for (int zero_point = -128; zero_point <= 127; ++zero_point) {
    check_dequantize(1 + (zero_point + 128) % 20, zero_point, false, Side::high);
  }
}

LINNET_TEST_VARIANTS(QuantizeTest, quantize_variants);

}  // namespace
}  // namespace linnet::test
