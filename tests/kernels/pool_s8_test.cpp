// pool_s8 against the maximum of its window.
#include "kernels/pool_s8/pool_s8.h"

#include <algorithm>
#include <ostream>

#include "tests/kernels/guarded_memory.h"
#include "tests/kernels/int8_values.h"
#include "tests/kernels/variant_test.h"

namespace linnet::test {

void PrintTo(const PoolS8Variant& variant, std::ostream* out) {
  *out << variant.name;
}

namespace {

struct Shape {
  int channels, in_width, kernel_h, kernel_w, stride, pad, out_width;
  unsigned padding_rows = 0;
  Bytes bytes = Bytes::any;
  Side side = Side::high;
};

class PoolS8Test : public VariantTest<PoolS8Variant> {
 protected:
  void check(const Shape& s) {
    if (HasFailure()) return;
    const size_t stride = static_cast<size_t>(s.channels + random_.between(0, 3));
    place_rows(s, stride);
    PoolS8Args args = {};
    args.channels = s.channels;
    args.out_width = s.out_width;
    args.in_width = s.in_width;
    args.kernel_h = s.kernel_h;
    args.kernel_w = s.kernel_w;
    args.stride_w = s.stride;
    args.pad_left = s.pad;
    args.rows = rows_.data();
    args.in_pixel_stride = stride;
    args.out_pixel_stride = static_cast<size_t>(s.channels + random_.between(0, 3));
    args.out = out_.place(s.out_width, s.channels, args.out_pixel_stride, s.side);
    GetParam().max_pool(args);
    EXPECT_TRUE(out_.untouched()) << "wrote outside its output";
    for (int x = 0; x < s.out_width; ++x) {
      for (int c = 0; c < s.channels; ++c) compare(s, stride, x, c);
    }
  }

  Random random_{22};

 private:
  void place_rows(const Shape& s, size_t stride) {
    rows_.assign(static_cast<size_t>(s.kernel_h), nullptr);
    for (size_t r = 0; r < rows_.size(); ++r) {
      if ((s.padding_rows >> r & 1) != 0) continue;
      int8_t* const row = inputs_[r].place(extent(s.in_width, s.channels, stride), s.side);
      for (int x = 0; x < s.in_width; ++x) {
        fill_int8(&random_, row + static_cast<size_t>(x) * stride, static_cast<size_t>(s.channels),
                  s.bytes);
      }
      rows_[r] = row;
    }
  }

  void compare(const Shape& s, size_t stride, int x, int c) {
    int largest = -128;
    for (const int8_t* row : rows_) {
      for (int t = 0; row != nullptr && t < s.kernel_w; ++t) {
        const int column = x * s.stride - s.pad + t;
        if (column < 0 || column >= s.in_width) continue;
        largest = std::max<int>(largest, row[static_cast<size_t>(column) * stride + c]);
      }
    }
    ASSERT_EQ(int{out_.at(x, c)}, largest)
        << "pixel " << x << ", channel " << c << " of " << s.channels << ", width " << s.in_width
        << ", kernel " << s.kernel_h << "x" << s.kernel_w << ", stride " << s.stride << ", pad "
        << s.pad << ", padding rows " << s.padding_rows;
  }

  GuardedOutput<int8_t> out_;
  GuardedInput<int8_t> inputs_[15];
  std::vector<const int8_t*> rows_;
};

TEST_P(PoolS8Test, EveryNumberOfChannels) {
  for (int channels = 1; channels <= 140; ++channels) {
    for (const Side side : kSides) {
      for (const Bytes bytes : kBytes) check({channels, 12, 3, 3, 2, 1, 6, 0, bytes, side});
    }
  }
}

// As 3x3 windows with stride 2 are a case of their own: every place of the picture's ends.
TEST_P(PoolS8Test, EveryEndOf3x3Stride2) {
  for (int width = 1; width <= 12; ++width) {
    for (int pad = 0; pad < 3; ++pad) {
      for (int out_width = 1; out_width <= 8; ++out_width) {
        for (unsigned padding_rows = 0; padding_rows < 8; ++padding_rows) {
          check({random_.between(1, 40), width, 3, 3, 2, pad, out_width, padding_rows, Bytes::any,
                 kSides[out_width % 2]});
        }
      }
    }
  }
}

TEST_P(PoolS8Test, EveryWindow) {
  for (int kernel = 1; kernel <= 13; ++kernel) {
    for (int stride = 1; stride <= 3; ++stride) {
      for (int pad = 0; pad < kernel; ++pad) {
        const auto padding_rows = static_cast<unsigned>(random_.between(0, (1 << kernel) - 1));
        check({random_.between(1, 40), random_.between(1, 14), kernel, random_.between(1, 13),
               stride, pad, random_.between(1, 9), padding_rows, Bytes::any, kSides[pad % 2]});
      }
    }
  }
}

LINNET_TEST_VARIANTS(PoolS8Test, pool_s8_variants);

}  // namespace
}  // namespace linnet::test
