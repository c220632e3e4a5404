// eltwise_s8 and table_s8: every variant gives the bits that the headers say.
#include "kernels/eltwise_s8/eltwise_s8.h"

#include <ostream>

#include "kernels/table_s8/table_s8.h"
#include "tests/kernels/guarded_memory.h"
#include "tests/kernels/int8_values.h"
#include "tests/kernels/variant_test.h"

namespace linnet::test {

void PrintTo(const EltwiseS8Variant& variant, std::ostream* out) {
  *out << variant.name;
}
void PrintTo(const TableS8Variant& variant, std::ostream* out) {
  *out << variant.name;
}

namespace {

constexpr int kPixels = 3;

// Fills the channels of the pixels and gives a copy, [pixel][channel].
std::vector<int8_t> fill_pixels(Random* random, int8_t* to, int pixels, int channels, size_t stride,
                                Bytes bytes) {
  std::vector<int8_t> copy;
  for (int p = 0; p < pixels; ++p) {
    int8_t* const pixel = to + static_cast<size_t>(p) * stride;
    fill_int8(random, pixel, static_cast<size_t>(channels), bytes);
    copy.insert(copy.end(), pixel, pixel + channels);
  }
  return copy;
}

// Where the result goes.
enum class To { apart, a, b };

class EltwiseS8Test : public VariantTest<EltwiseS8Variant> {
 protected:
  void check(int channels, bool broadcast, To to, const AddS8& how, Bytes bytes, Side side) {
    if (HasFailure()) return;
    const size_t out_stride = some_stride(channels);
    const size_t a_stride = to == To::a ? out_stride : some_stride(channels);
    const size_t b_stride = to == To::b ? out_stride : some_stride(channels);
    const int b_pixels = broadcast ? 1 : kPixels;
    int8_t* const out = out_.place(kPixels, channels, out_stride, side);
    int8_t* const a = to == To::a ? out : a_.place(extent(kPixels, channels, a_stride), side);
    int8_t* const b = to == To::b ? out : b_.place(extent(b_pixels, channels, b_stride), side);
    const auto a_copy = fill_pixels(&random_, a, kPixels, channels, a_stride, bytes);
    const auto b_copy = fill_pixels(&random_, b, b_pixels, channels, b_stride, bytes);
    GetParam().add(kPixels, channels, a, a_stride, b, broadcast ? 0 : b_stride, how, out,
                   out_stride);
    EXPECT_TRUE(out_.untouched()) << "wrote outside its output, channels " << channels;
    for (int p = 0; p < kPixels; ++p) {
      for (int c = 0; c < channels; ++c) {
        const int8_t x = a_copy[static_cast<size_t>(p * channels + c)];
        const int8_t y = b_copy[static_cast<size_t>((broadcast ? 0 : p) * channels + c)];
        ASSERT_EQ(int{out_.at(p, c)}, int{expected(x, y, how)})
            << int{x} << " + " << int{y} << ", channels " << channels << ", zero points "
            << int{how.zero_point[0]} << " " << int{how.zero_point[1]} << ", multipliers "
            << how.multiplier[0] << " " << how.multiplier[1] << ", " << describe(how.to);
      }
    }
  }

  AddS8 random_how(bool extreme) {
    AddS8 how = {};
    for (int i = 0; i < 2; ++i) {
      how.multiplier[i] = extreme ? multiplier(&random_, 1.0f, kLargestAddMultiplier)
                                  : static_cast<float>(random_.between(1, 3000)) / 1500.0f;
      how.zero_point[i] = static_cast<int8_t>(random_.between(-128, 127));
      if (extreme) fill_int8(&random_, &how.zero_point[i], 1, Bytes::ends);
    }
    how.to.zero_point = static_cast<int8_t>(random_.between(-128, 127));
    return how;
  }

 private:
  static int8_t expected(int8_t a, int8_t b, const AddS8& how) {
    const float x = static_cast<float>(a - how.zero_point[0]) * how.multiplier[0];
    const float y = static_cast<float>(b - how.zero_point[1]) * how.multiplier[1];
    return expected_rounded(x + y, how.to);
  }

  size_t some_stride(int channels) { return static_cast<size_t>(channels + random_.between(0, 2)); }

  Random random_{23};
  GuardedInput<int8_t> a_, b_;
  GuardedOutput<int8_t> out_;
};

TEST_P(EltwiseS8Test, EveryNumberOfChannels) {
  for (int channels = 1; channels <= 70; ++channels) {
    for (const Side side : kSides) {
      const AddS8 how = random_how(false);
      check(channels, false, To::apart, how, Bytes::any, side);
      check(channels, true, To::apart, how, Bytes::any, side);
      check(channels, false, To::a, how, Bytes::any, side);
      check(channels, true, To::a, how, Bytes::any, side);
      check(channels, false, To::b, how, Bytes::any, side);
    }
  }
}

TEST_P(EltwiseS8Test, EveryRequantization) {
  for (const RequantizeS8& to : kRequantizeCases) {
    for (int i = 0; i < 100; ++i) {
      AddS8 how = random_how(i % 2 == 1);
      how.to = to;
      check(1 + i % 40, i % 3 == 0, To::apart, how, kBytes[i / 2 % 2], Side::high);
    }
  }
}

LINNET_TEST_VARIANTS(EltwiseS8Test, eltwise_s8_variants);

class TableS8Test : public VariantTest<TableS8Variant> {};

TEST_P(TableS8Test, EveryNumberOfChannels) {
  Random random{24};
  GuardedInput<int8_t> in_memory, table_memory;
  GuardedOutput<int8_t> out;
  for (int channels = 1; channels <= 300; ++channels) {
    const bool in_place = channels % 3 == 0;
    const Side side = kSides[channels % 2];
    int8_t* const table = table_memory.place(kTableS8Entries, side);
    fill_int8(&random, table, kTableS8Entries, Bytes::any);
    const size_t out_stride = static_cast<size_t>(channels + random.between(0, 2));
    const size_t in_stride =
        in_place ? out_stride : static_cast<size_t>(channels + random.between(0, 2));
    int8_t* const to = out.place(kPixels, channels, out_stride, side);
    int8_t* const in = in_place ? to : in_memory.place(extent(kPixels, channels, in_stride), side);
    const auto copy = fill_pixels(&random, in, kPixels, channels, in_stride, Bytes::any);
    GetParam().apply(kPixels, channels, in, in_stride, table, to, out_stride);
    EXPECT_TRUE(out.untouched()) << "wrote outside its output, channels " << channels;
    for (int p = 0; p < kPixels; ++p) {
      for (int c = 0; c < channels; ++c) {
        const int x = copy[static_cast<size_t>(p * channels + c)];
        ASSERT_EQ(out.at(p, c), table[x + 128]) << x << ", channels " << channels;
      }
    }
  }
}

TEST_P(TableS8Test, EveryValueAtEveryPlace) {
  constexpr int kChannels = 256;
  int8_t table[kTableS8Entries], in[kChannels], out[kChannels];
  for (int i = 0; i < kChannels; ++i) table[i] = static_cast<int8_t>(i * 37 + 11);
  for (int shift = 0; shift < kChannels; ++shift) {
    for (int i = 0; i < kChannels; ++i) in[i] = static_cast<int8_t>(i + shift);
    GetParam().apply(1, kChannels, in, kChannels, table, out, kChannels);
    for (int i = 0; i < kChannels; ++i) ASSERT_EQ(out[i], table[in[i] + 128]) << int{in[i]};
  }
}

LINNET_TEST_VARIANTS(TableS8Test, table_s8_variants);

}  // namespace
}  // namespace linnet::test
