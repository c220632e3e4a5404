// dwconv_f32 against sums in double.
#include "kernels/dwconv_f32/dwconv_f32.h"

#include <cmath>
#include <cstring>
#include <numeric>

#include "kernels/dwconv_f32/pack.h"
#include "tests/kernels/guarded_memory.h"
#include "tests/kernels/values.h"
#include "tests/kernels/variant_test.h"

namespace linnet::test {

void PrintTo(const DwconvF32Variant& variant, std::ostream* out) {
  *out << variant.name;
}

namespace {

struct Shape {
  int channels, in_width, kernel, stride;
  int dilation = 1, pad = 1;
  int out_width = 0;          // 0: as many pixels as start inside the padded row
  int skipped = 0;            // channels of the layer before the run
  unsigned padding_rows = 0;  // bit r: row r is padding
  Epilogue epilogue = {};
  Values values = Values::ordinary;
  Side side = Side::high;
};

std::string describe(const Shape& s) {
  return "channels " + std::to_string(s.channels) + ", width " + std::to_string(s.in_width) +
         ", kernel " + std::to_string(s.kernel) + ", stride " + std::to_string(s.stride) +
         ", dilation " + std::to_string(s.dilation) + ", pad " + std::to_string(s.pad) +
         ", padding rows " + std::to_string(s.padding_rows) + ", activation " +
         std::to_string(static_cast<int>(s.epilogue.activation)) + ", side " + name(s.side);
}

int natural_width(const Shape& s) {
  const int span = (s.kernel - 1) * s.dilation + 1;
  const int free = s.in_width + 2 * s.pad - span;
  return free < 0 ? 1 : free / s.stride + 1;
}

class DwconvF32Test : public VariantTest<DwconvF32Variant> {
 protected:
  void check(Shape s) {
    if (HasFailure()) return;
    if (s.out_width == 0) s.out_width = natural_width(s);
    place_rows(s);
    place_weights(s);
    DwconvF32Args args = {};
    args.channels = s.channels;
    args.out_width = s.out_width;
    args.in_width = s.in_width;
    args.kernel_h = args.kernel_w = s.kernel;
    args.stride_w = s.stride;
    args.dilation_w = s.dilation;
    args.pad_left = s.pad;
    args.rows = rows_.data();
    args.in_pixel_stride = in_stride_;
    args.weights = weights_ + s.skipped;
    args.weight_row_stride = dwconv_f32_weight_row_floats(layer_channels(s));
    args.epilogue = s.epilogue;
    args.out_pixel_stride = static_cast<size_t>(s.channels + random_.between(0, 3));
    args.out = out_.place(s.out_width, s.channels, args.out_pixel_stride, s.side);
    GetParam().function(args);
    EXPECT_TRUE(out_.untouched()) << "wrote outside its output: " << describe(s);
    compare(s);
  }

  // Windows and strides that the variant takes.
  std::vector<int> kernels() const {
    return GetParam().kernel == 0 ? std::vector<int>{1, 2, 3, 5, 7}
                                  : std::vector{GetParam().kernel};
  }
  std::vector<int> strides() const {
    return GetParam().stride == 0 ? std::vector<int>{1, 2, 3} : std::vector{GetParam().stride};
  }

  Random random_{2};

 private:
  // The run is the last of its layer, so that what lies behind its weights is not readable.
  static size_t layer_channels(const Shape& s) {
    return static_cast<size_t>(s.skipped + s.channels);
  }

  void place_rows(const Shape& s) {
    rows_.assign(static_cast<size_t>(s.kernel), nullptr);
    in_stride_ = static_cast<size_t>(s.channels + random_.between(0, 3));
    for (size_t r = 0; r < rows_.size(); ++r) {
      if ((s.padding_rows >> r & 1) != 0) continue;
      float* const row = inputs_[r].place(extent(s.in_width, s.channels, in_stride_), s.side);
      for (int x = 0; x < s.in_width; ++x) {
        random_.fill(row + static_cast<size_t>(x) * in_stride_, static_cast<size_t>(s.channels),
                     s.values);
      }
      rows_[r] = row;
    }
  }

  void place_weights(const Shape& s) {
    const size_t channels = layer_channels(s);
    const auto taps = static_cast<size_t>(s.kernel * s.kernel);
    plain_.resize(channels * taps);
    bias_.resize(channels);
    random_.fill(plain_.data(), plain_.size(), s.values);
    random_.fill(bias_.data(), channels, s.values);
    const std::vector<float> packed = pack_dwconv_f32(plain_.data(), bias_.data(), channels, taps);
    weights_ = weights_memory_.place(packed.size(), s.side);
    std::memcpy(weights_, packed.data(), packed.size() * sizeof(float));
  }

  Expected expected_output(const Shape& s, int x, int c) const {
    const auto channel = static_cast<size_t>(s.skipped + c);
    double value = bias_[channel];
    double magnitude = std::fabs(value);
    for (int r = 0; r < s.kernel; ++r) {
      for (int t = 0; t < s.kernel; ++t) {
        const int column = x * s.stride - s.pad + t * s.dilation;
        const float* row = rows_[static_cast<size_t>(r)];
        if (row == nullptr || column < 0 || column >= s.in_width) continue;
        const double in = row[static_cast<size_t>(column) * in_stride_ + static_cast<size_t>(c)];
        const size_t tap = static_cast<size_t>(r * s.kernel + t);
        const double weight = plain_[channel * static_cast<size_t>(s.kernel * s.kernel) + tap];
        value += in * weight;
        magnitude += std::fabs(in * weight);
      }
    }
    return expected_activation(expected_sum(value, magnitude, s.kernel * s.kernel), s.epilogue);
  }

  void compare(const Shape& s) {
    for (int x = 0; x < s.out_width; ++x) {
      for (int c = 0; c < s.channels; ++c) {
        const Expected expected = expected_output(s, x, c);
        ASSERT_TRUE(agrees(out_.at(x, c), expected))
            << test::describe(out_.at(x, c), expected) << " at pixel " << x << ", channel " << c
            << "; " << describe(s);
      }
    }
  }

  GuardedInput<float> inputs_[15];
  GuardedInput<float> weights_memory_;
  GuardedOutput<float> out_;
  std::vector<const float*> rows_;
  size_t in_stride_ = 0;
  std::vector<float> plain_, bias_;
  float* weights_ = nullptr;
};

TEST_P(DwconvF32Test, EveryNumberOfChannels) {
  for (const int kernel : kernels()) {
    for (const int stride : strides()) {
      for (int channels = 1; channels <= 35; ++channels) {
        for (const Side side : kSides) {
          Shape s{channels, 9, kernel, stride};
          s.pad = kernel / 2;
          s.side = side;
          s.skipped = channels % 6;
          check(s);
        }
      }
    }
  }
}

TEST_P(DwconvF32Test, EveryWidthPaddingAndPaddingRow) {
  for (const int kernel : kernels()) {
    for (const int stride : strides()) {
      for (int width = 1; width <= 20; ++width) {
        for (int pad = 0; pad < kernel; ++pad) {
          Shape s{random_.between(1, 20), width, kernel, stride};
          s.pad = pad;
          s.padding_rows = static_cast<unsigned>(random_.between(0, (1 << kernel) - 1));
          s.side = kSides[pad % 2];
          check(s);
        }
      }
    }
  }
}

// out_width need not be what the padding suggests: the rest lies in the zeros to the right.
TEST_P(DwconvF32Test, OutputsFarInThePadding) {
  for (const int kernel : kernels()) {
    for (const int stride : strides()) {
      for (int pad = 0; pad <= 12; pad += 3) {
        Shape s{11, 3, kernel, stride};
        s.pad = pad;
        s.out_width = 14;
        check(s);
      }
    }
  }
}

TEST_P(DwconvF32Test, Dilation) {
  if (GetParam().kernel != 0) return;  // made for dilation 1, as the selector knows
  for (const int kernel : kernels()) {
    for (int dilation = 2; dilation <= 4; ++dilation) {
      Shape s{7, 13, kernel, 1};
      s.dilation = dilation;
      s.pad = dilation * (kernel / 2);
      check(s);
    }
  }
}

TEST_P(DwconvF32Test, EveryActivation) {
  for (const Activation activation : kActivations) {
    for (const Values values : {Values::ordinary, Values::extreme}) {
      for (int channels = 1; channels <= 20; ++channels) {
        Shape s{channels, 12, kernels().front(), strides().front()};
        s.epilogue = {activation, 0.1f};
        s.values = values;
        s.side = kSides[channels % 2];
        check(s);
      }
    }
  }
}

LINNET_TEST_VARIANTS(DwconvF32Test, dwconv_f32_variants);

TEST(DwconvF32Pack, PutsEveryWeightInItsPlace) {
  constexpr size_t kChannels = 11, kTaps = 9, kRow = 16;
  std::vector<float> weights(kChannels * kTaps), bias(kChannels);
  std::iota(weights.begin(), weights.end(), 1.0f);
  std::iota(bias.begin(), bias.end(), -100.0f);
  const std::vector<float> packed = pack_dwconv_f32(weights.data(), bias.data(), kChannels, kTaps);
  ASSERT_EQ(packed.size(), kRow * (kTaps + 1));
  for (size_t c = 0; c < kRow; ++c) {
    EXPECT_EQ(packed[c], c < kChannels ? bias[c] : 0.0f);
    for (size_t tap = 0; tap < kTaps; ++tap) {
      const float expected = c < kChannels ? weights[c * kTaps + tap] : 0.0f;
      EXPECT_EQ(packed[(1 + tap) * kRow + c], expected) << c << " " << tap;
    }
  }
}

}  // namespace
}  // namespace linnet::test
