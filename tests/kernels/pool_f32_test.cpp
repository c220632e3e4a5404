// pool_f32 against double.
#include "kernels/pool_f32/pool_f32.h"

#include <algorithm>
#include <cfloat>
#include <cmath>
#include <ostream>

#include "tests/kernels/guarded_memory.h"
#include "tests/kernels/values.h"
#include "tests/kernels/variant_test.h"

namespace linnet::test {

void PrintTo(const PoolF32Variant& variant, std::ostream* out) {
  *out << variant.name;
}

namespace {

struct Shape {
  int channels, in_width, kernel_h, kernel_w, stride, pad, out_width;
  unsigned padding_rows = 0;
  bool count_padding = false;
  Values values = Values::ordinary;
  Side side = Side::high;
};

class PoolF32Test : public VariantTest<PoolF32Variant> {
 protected:
  void check(const Shape& s) {
    if (HasFailure()) return;
    const size_t stride = static_cast<size_t>(s.channels + random_.between(0, 3));
    place_rows(s, stride);
    PoolF32Args args = {};
    args.channels = s.channels;
    args.out_width = s.out_width;
    args.in_width = s.in_width;
    args.kernel_h = s.kernel_h;
    args.kernel_w = s.kernel_w;
    args.stride_w = s.stride;
    args.pad_left = s.pad;
    args.rows = rows_.data();
    args.in_pixel_stride = stride;
    args.count_padding = s.count_padding;
    args.out_pixel_stride = static_cast<size_t>(s.channels + random_.between(0, 3));
    for (const bool max : {true, false}) {
      args.out = out_.place(s.out_width, s.channels, args.out_pixel_stride, s.side);
      (max ? GetParam().max_pool : GetParam().avg_pool)(args);
      EXPECT_TRUE(out_.untouched()) << "wrote outside its output";
      for (int x = 0; x < s.out_width; ++x) {
        for (int c = 0; c < s.channels; ++c) compare(s, stride, max, x, c);
      }
    }
  }

  Random random_{5};
  GuardedOutput<float> out_;
  GuardedInput<float> inputs_[15];

 private:
  void place_rows(const Shape& s, size_t stride) {
    rows_.assign(static_cast<size_t>(s.kernel_h), nullptr);
    for (size_t r = 0; r < rows_.size(); ++r) {
      if ((s.padding_rows >> r & 1) != 0) continue;
      float* const row = inputs_[r].place(extent(s.in_width, s.channels, stride), s.side);
      for (int x = 0; x < s.in_width; ++x) {
        random_.fill(row + static_cast<size_t>(x) * stride, static_cast<size_t>(s.channels),
                     s.values);
      }
      rows_[r] = row;
    }
  }

  void compare(const Shape& s, size_t stride, bool max, int x, int c) {
    double largest = -FLT_MAX, sum = 0, magnitude = 0;
    int taps = 0;
    for (const float* row : rows_) {
      for (int t = 0; row != nullptr && t < s.kernel_w; ++t) {
        const int column = x * s.stride - s.pad + t;
        if (column < 0 || column >= s.in_width) continue;
        const double in = row[static_cast<size_t>(column) * stride + static_cast<size_t>(c)];
        largest = std::max(largest, in);
        sum += in;
        magnitude += std::fabs(in);
        ++taps;
      }
    }
    const int divisor = s.count_padding ? s.kernel_h * s.kernel_w : std::max(taps, 1);
    const Expected total = expected_sum(sum, magnitude, taps + 1);
    const Expected expected =
        max ? Expected{largest, 0}
            : Expected{sum / divisor, total.tolerance / divisor + double{FLT_TRUE_MIN}};
    EXPECT_TRUE(agrees(out_.at(x, c), expected))
        << describe(out_.at(x, c), expected) << (max ? ", max" : ", average") << ", pixel " << x
        << ", channel " << c << " of " << s.channels << ", width " << s.in_width << ", kernel "
        << s.kernel_h << "x" << s.kernel_w << ", stride " << s.stride << ", pad " << s.pad;
  }

  std::vector<const float*> rows_;
};

TEST_P(PoolF32Test, EveryNumberOfChannels) {
  for (int channels = 1; channels <= 35; ++channels) {
    for (const Side side : kSides) {
      for (const Values values : {Values::ordinary, Values::extreme}) {
        check({channels, 9, 3, 3, 2, 1, 5, 0, channels % 2 == 0, values, side});
      }
    }
  }
}

TEST_P(PoolF32Test, EveryWindow) {
  for (int kernel = 1; kernel <= 13; ++kernel) {
    for (int stride = 1; stride <= 3; ++stride) {
      for (int pad = 0; pad < kernel; ++pad) {
        const unsigned padding_rows = static_cast<unsigned>(random_.between(0, (1 << kernel) - 1));
        check({random_.between(1, 12), random_.between(1, 14), kernel, random_.between(1, 13),
               stride, pad, random_.between(1, 9), padding_rows, pad % 2 == 0, Values::ordinary,
               kSides[pad % 2]});
      }
    }
  }
}

TEST_P(PoolF32Test, GlobalAverage) {
  for (int channels = 1; channels <= 35; ++channels) {
    for (const int pixels : {1, 2, 7, 64, 65, 400}) {
      const size_t stride = static_cast<size_t>(channels + channels % 3);
      const Side side = kSides[channels % 2];
      float* const in = inputs_[0].place(extent(pixels, channels, stride), side);
      for (int p = 0; p < pixels; ++p) {
        random_.fill(in + static_cast<size_t>(p) * stride, static_cast<size_t>(channels),
                     Values::ordinary);
      }
      GetParam().global_avg_pool(pixels, channels, in, stride,
                                 out_.place(1, channels, static_cast<size_t>(channels), side));
      EXPECT_TRUE(out_.untouched());
      for (int c = 0; c < channels; ++c) {
        double sum = 0, magnitude = 0;
        for (int p = 0; p < pixels; ++p) {
          const double x = in[static_cast<size_t>(p) * stride + static_cast<size_t>(c)];
          sum += x;
          magnitude += std::fabs(x);
        }
        const Expected total = expected_sum(sum, magnitude, pixels);
        const Expected expected = {sum / pixels, total.tolerance / pixels};
        ASSERT_TRUE(agrees(out_.at(0, c), expected))
            << describe(out_.at(0, c), expected) << " pixels " << pixels;
      }
    }
  }
}

LINNET_TEST_VARIANTS(PoolF32Test, pool_f32_variants);

}  // namespace
}  // namespace linnet::test
