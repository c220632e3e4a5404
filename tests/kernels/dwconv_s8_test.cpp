// dwconv_s8: every variant gives the bits that its header says.
#include "kernels/dwconv_s8/dwconv_s8.h"

#include <cfloat>
#include <cstring>
#include <ostream>

#include "kernels/dwconv_s8/pack.h"
#include "tests/kernels/guarded_memory.h"
#include "tests/kernels/int8_values.h"
#include "tests/kernels/variant_test.h"

namespace linnet::test {

void PrintTo(const DwconvS8Variant& variant, std::ostream* out) {
  *out << variant.name;
}

namespace {

struct Shape {
  int channels, in_width, kernel, stride;
  int dilation = 1, pad = 1;
  int out_width = 0;          // 0: as many pixels as start inside the padded row
  int skipped = 0;            // channels of the layer before the run
  unsigned padding_rows = 0;  // bit r: row r is padding
  Bytes bytes = Bytes::any;
  int padding = 0;
  RequantizeS8 to = {};
  bool extreme = false;  // biases and multipliers
  Side side = Side::high;
};

std::string describe(const Shape& s) {
  return "channels " + std::to_string(s.channels) + ", width " + std::to_string(s.in_width) +
         ", kernel " + std::to_string(s.kernel) + ", stride " + std::to_string(s.stride) +
         ", dilation " + std::to_string(s.dilation) + ", pad " + std::to_string(s.pad) +
         ", padding rows " + std::to_string(s.padding_rows) + ", padding " +
         std::to_string(s.padding) + ", side " + name(s.side) + ", " + test::describe(s.to);
}

int natural_width(const Shape& s) {
  const int span = (s.kernel - 1) * s.dilation + 1;
  const int free = s.in_width + 2 * s.pad - span;
  return free < 0 ? 1 : free / s.stride + 1;
}

class DwconvS8Test : public VariantTest<DwconvS8Variant> {
 protected:
  void check(Shape s) {
    if (HasFailure()) return;
    if (s.out_width == 0) s.out_width = natural_width(s);
    DwconvS8Args args = {};
    args.channels = s.channels;
    args.out_width = s.out_width;
    args.in_width = s.in_width;
    args.kernel_h = args.kernel_w = s.kernel;
    args.stride_w = s.stride;
    args.dilation_w = s.dilation;
    args.pad_left = s.pad;
    args.padding = static_cast<int8_t>(s.padding);
    args.to = s.to;
    place_rows(s);
    args.rows = rows_.data();
    args.in_pixel_stride = in_stride_;
    place_weights(s, &args);
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

  Random random_{21};

 private:
  void place_rows(const Shape& s) {
    rows_.assign(static_cast<size_t>(s.kernel), nullptr);
    in_stride_ = static_cast<size_t>(s.channels + random_.between(0, 3));
    for (size_t r = 0; r < rows_.size(); ++r) {
      if ((s.padding_rows >> r & 1) != 0) continue;
      int8_t* const row = inputs_[r].place(extent(s.in_width, s.channels, in_stride_), s.side);
      for (int x = 0; x < s.in_width; ++x) {
        fill_int8(&random_, row + static_cast<size_t>(x) * in_stride_,
                  static_cast<size_t>(s.channels), s.bytes);
      }
      rows_[r] = row;
    }
  }

  // The run is the last of its layer, and no zeros fill up its rows: what lies behind is not
  // readable.
  void place_weights(const Shape& s, DwconvS8Args* args) {
    const auto channels = static_cast<size_t>(s.channels);
    const auto skipped = static_cast<size_t>(s.skipped);
    const auto taps = static_cast<size_t>(s.kernel * s.kernel);
    int32_t* const bias = bias_.place(channels, s.side);
    float* const multipliers = multipliers_.place(channels, s.side);
    for (size_t c = 0; c < channels; ++c) {
      constexpr int32_t kEnds[] = {INT32_MIN, INT32_MAX, 0, 16777217};
      bias[c] = s.extreme ? kEnds[random_.between(0, 3)] : random_.between(-20000, 20000);
      multipliers[c] = s.extreme ? multiplier(&random_, 1e-3f, FLT_MAX)
                                 : static_cast<float>(random_.between(1, 4000)) * 1e-6f;
    }
    const size_t stride = dwconv_s8_row_channels(skipped + channels);
    int8_t* const weights =
        weights_.place((taps - 1) * stride + channels + skipped, s.side) + skipped;
    for (size_t t = 0; t < taps; ++t) {
      fill_weights(&random_, weights + t * stride, channels, s.bytes);
    }
    args->bias = bias;
    args->multiplier = multipliers;
    args->weights = weights;
    args->weight_row_stride = stride;
    args_ = args;
  }

  int8_t expected_output(const Shape& s, int x, int c) const {
    auto sum = static_cast<uint32_t>(args_->bias[c]);
    for (int r = 0; r < s.kernel; ++r) {
      for (int t = 0; t < s.kernel; ++t) {
        const int column = x * s.stride - s.pad + t * s.dilation;
        const int8_t* row = rows_[static_cast<size_t>(r)];
        const bool inside = row != nullptr && column >= 0 && column < s.in_width;
        const int in = inside ? row[static_cast<size_t>(column) * in_stride_ + c] : s.padding;
        const auto tap = static_cast<size_t>(r * s.kernel + t);
        sum += static_cast<uint32_t>(in * args_->weights[tap * args_->weight_row_stride + c]);
      }
    }
    const float x_out = static_cast<float>(static_cast<int32_t>(sum)) * args_->multiplier[c];
    return expected_rounded(x_out, s.to);
  }

  void compare(const Shape& s) {
    for (int x = 0; x < s.out_width; ++x) {
      for (int c = 0; c < s.channels; ++c) {
        ASSERT_EQ(int{out_.at(x, c)}, int{expected_output(s, x, c)})
            << "at pixel " << x << ", channel " << c << "; " << describe(s);
      }
    }
  }

  GuardedInput<int8_t> inputs_[15], weights_;
  GuardedInput<int32_t> bias_;
  GuardedInput<float> multipliers_;
  GuardedOutput<int8_t> out_;
  std::vector<const int8_t*> rows_;
  size_t in_stride_ = 0;
  const DwconvS8Args* args_ = nullptr;
};

TEST_P(DwconvS8Test, EveryNumberOfChannels) {
  for (const int kernel : kernels()) {
    for (const int stride : strides()) {
      for (int channels = 1; channels <= 70; ++channels) {
        for (const Side side : kSides) {
          Shape s{channels, 9, kernel, stride};
          s.pad = kernel / 2;
          s.padding = channels - 35;
          s.side = side;
          s.skipped = channels % 6;
          check(s);
        }
      }
    }
  }
}

TEST_P(DwconvS8Test, EveryWidthPaddingAndPaddingRow) {
  for (const int kernel : kernels()) {
    for (const int stride : strides()) {
      for (int width = 1; width <= 20; ++width) {
        for (int pad = 0; pad < kernel; ++pad) {
          Shape s{random_.between(1, 40), width, kernel, stride};
          s.pad = pad;
          s.padding = random_.between(-128, 127);
          s.padding_rows = static_cast<unsigned>(random_.between(0, (1 << kernel) - 1));
          s.side = kSides[pad % 2];
          check(s);
        }
      }
    }
  }
}

// out_width need not be what the padding suggests: the rest lies in the padding to the right.
TEST_P(DwconvS8Test, OutputsFarInThePadding) {
  for (const int kernel : kernels()) {
    for (const int stride : strides()) {
      for (int pad = 0; pad <= 12; pad += 3) {
        Shape s{19, 3, kernel, stride};
        s.pad = pad;
        s.padding = -128;
        s.out_width = 14;
        check(s);
      }
    }
  }
}

TEST_P(DwconvS8Test, Dilation) {
  if (GetParam().kernel != 0) return;  // made for dilation 1, as the selector knows
  for (const int kernel : kernels()) {
    for (int dilation = 2; dilation <= 4; ++dilation) {
      Shape s{17, 13, kernel, 1};
      s.dilation = dilation;
      s.pad = dilation * (kernel / 2);
      check(s);
    }
  }
}

TEST_P(DwconvS8Test, LargestSumsAndEveryRequantization) {
  for (const int kernel : kernels()) {
    for (const RequantizeS8& to : kRequantizeCases) {
      for (const Bytes bytes : kBytes) {
        for (const bool extreme : {false, true}) {
          Shape s{random_.between(1, 40), 14, kernel, strides().front()};
          s.pad = kernel / 2;
          s.padding = random_.between(0, 1) == 0 ? -128 : 127;
          s.bytes = bytes;
          s.to = to;
          s.extreme = extreme;
          check(s);
        }
      }
    }
  }
}

TEST_P(DwconvS8Test, LargestWindow) {
  if (GetParam().kernel != 0) return;
  Shape s{29, 40, 15, 1};
  s.pad = 7;
  s.bytes = Bytes::ends;
  check(s);
}

LINNET_TEST_VARIANTS(DwconvS8Test, dwconv_s8_variants);

TEST(DwconvS8Pack, PutsEveryValueInItsPlace) {
  constexpr size_t kChannels = 11, kTaps = 9, kRow = 16;
  std::vector<int8_t> weights(kChannels * kTaps);
  std::vector<int32_t> bias(kChannels);
  std::vector<float> multipliers(kChannels);
  for (size_t i = 0; i < weights.size(); ++i) weights[i] = static_cast<int8_t>(i - 50);
  for (size_t c = 0; c < kChannels; ++c) {
    bias[c] = static_cast<int32_t>(c) - 70000;
    multipliers[c] = 0.5f + static_cast<float>(c);
  }
  const std::vector<uint8_t> packed =
      pack_dwconv_s8(weights.data(), bias.data(), multipliers.data(), kChannels, kTaps);
  ASSERT_EQ(packed.size(), kRow * (8 + kTaps));
  ASSERT_EQ(packed.size(), dwconv_s8_weight_bytes(kChannels, kTaps));
  for (size_t c = 0; c < kRow; ++c) {
    int32_t packed_bias;
    float packed_multiplier;
    std::memcpy(&packed_bias, &packed[4 * c], 4);
    std::memcpy(&packed_multiplier, &packed[4 * (kRow + c)], 4);
    EXPECT_EQ(packed_bias, c < kChannels ? bias[c] : 0);
    EXPECT_EQ(packed_multiplier, c < kChannels ? multipliers[c] : 0.0f);
    for (size_t tap = 0; tap < kTaps; ++tap) {
      const auto actual = static_cast<int8_t>(packed[(8 + tap) * kRow + c]);
      EXPECT_EQ(actual, c < kChannels ? weights[c * kTaps + tap] : 0) << c << " " << tap;
    }
  }
}

}  // namespace
}  // namespace linnet::test
