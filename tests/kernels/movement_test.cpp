// The kernels that move data: copy, concat, channel_shuffle, upsample, space_to_depth, with
// elements of one and of four bytes.
#include <cstring>
#include <ostream>

#include "kernels/channel_shuffle/channel_shuffle.h"
#include "kernels/copy/copy.h"
#include "kernels/space_to_depth/space_to_depth.h"
#include "kernels/upsample/upsample.h"
#include "tests/kernels/guarded_memory.h"
#include "tests/kernels/values.h"
#include "tests/kernels/variant_test.h"

namespace linnet::test {

void PrintTo(const CopyVariant& variant, std::ostream* out) {
  *out << variant.name;
}
void PrintTo(const ChannelShuffleVariant& variant, std::ostream* out) {
  *out << variant.name;
}
void PrintTo(const UpsampleVariant& variant, std::ostream* out) {
  *out << variant.name;
}
void PrintTo(const SpaceToDepthVariant& variant, std::ostream* out) {
  *out << variant.name;
}

namespace {

// A guarded input of pixels with random content.
template <typename T>
class Pixels {
 public:
  const T* place(Random* random, int pixels, int channels, size_t stride, Side side) {
    stride_ = stride;
    const size_t count = extent(pixels, channels, stride);
    data_ = memory_.place(count, side);
    for (size_t i = 0; i < count; ++i) {
      data_[i] = static_cast<T>(random->between(0, 0x7FFFFFFE));  // any bits, NaN too
    }
    return data_;
  }
  T at(int pixel, int channel) const {
    return data_[static_cast<size_t>(pixel) * stride_ + static_cast<size_t>(channel)];
  }

 private:
  GuardedInput<T> memory_;
  T* data_ = nullptr;
  size_t stride_ = 0;
};

constexpr int kPixels = 3;

// channels + 0, 1 or 2
size_t some_stride(Random* random, int channels) {
  return static_cast<size_t>(channels + random->between(0, 2));
}

class CopyTest : public VariantTest<CopyVariant> {
 protected:
  template <typename T>
  void copy(int channels, Side side) {
    Pixels<T> in;
    GuardedOutput<T> out;
    const size_t in_stride = some_stride(&random_, channels);
    const size_t out_stride = some_stride(&random_, channels);
    const T* from = in.place(&random_, kPixels, channels, in_stride, side);
    GetParam().copy(kPixels, channels, sizeof(T), from, in_stride,
                    out.place(kPixels, channels, out_stride, side), out_stride);
    EXPECT_TRUE(out.untouched()) << channels;
    for (int p = 0; p < kPixels; ++p) {
      for (int c = 0; c < channels; ++c) ASSERT_EQ(out.at(p, c), in.at(p, c)) << channels;
    }
  }

  template <typename T>
  void concat(int inputs, Side side) {
    std::vector<Pixels<T>> in(static_cast<size_t>(inputs));
    std::vector<int> channels;
    std::vector<size_t> strides;
    std::vector<const void*> from;
    int total = 0;
    for (Pixels<T>& input : in) {
      channels.push_back(random_.between(1, 20));
      strides.push_back(some_stride(&random_, channels.back()));
      from.push_back(input.place(&random_, kPixels, channels.back(), strides.back(), side));
      total += channels.back();
    }
    GuardedOutput<T> out;
    const size_t out_stride = some_stride(&random_, total);
    GetParam().concat(kPixels, inputs, channels.data(), sizeof(T), from.data(), strides.data(),
                      out.place(kPixels, total, out_stride, side), out_stride);
    EXPECT_TRUE(out.untouched()) << inputs;
    for (int p = 0; p < kPixels; ++p) {
      int at = 0;
      for (size_t i = 0; i < in.size(); ++i) {
        for (int c = 0; c < channels[i]; ++c) ASSERT_EQ(out.at(p, at++), in[i].at(p, c)) << inputs;
      }
    }
  }

  Random random_{6};
};

TEST_P(CopyTest, EveryNumberOfChannels) {
  for (int channels = 1; channels <= 70; ++channels) {
    for (const Side side : kSides) {
      copy<uint8_t>(channels, side);
      copy<uint32_t>(channels, side);
    }
  }
}

TEST_P(CopyTest, Concat) {
  for (int inputs = 1; inputs <= 8; ++inputs) {
    for (const Side side : kSides) {
      concat<uint8_t>(inputs, side);
      concat<uint32_t>(inputs, side);
    }
  }
}

LINNET_TEST_VARIANTS(CopyTest, copy_variants);

class ChannelShuffleTest : public VariantTest<ChannelShuffleVariant> {
 protected:
  template <typename T>
  void shuffle(int groups, int per_group, Side side) {
    Pixels<T> in;
    GuardedOutput<T> out;
    const int channels = groups * per_group;
    const size_t in_stride = some_stride(&random_, channels);
    const size_t out_stride = some_stride(&random_, channels);
    const T* from = in.place(&random_, kPixels, channels, in_stride, side);
    GetParam().function(kPixels, channels, groups, sizeof(T), from, in_stride,
                        out.place(kPixels, channels, out_stride, side), out_stride);
    EXPECT_TRUE(out.untouched()) << groups << " x " << per_group;
    for (int p = 0; p < kPixels; ++p) {
      for (int c = 0; c < channels; ++c) {
        ASSERT_EQ(out.at(p, c), in.at(p, c % groups * per_group + c / groups))
            << groups << " groups of " << per_group;
      }
    }
  }

  Random random_{7};
};

TEST_P(ChannelShuffleTest, EveryGroup) {
  for (const int groups : {1, 2, 3, 4, 8}) {
    for (int per_group = 1; per_group <= 40; ++per_group) {
      for (const Side side : kSides) {
        shuffle<uint8_t>(groups, per_group, side);
        shuffle<uint32_t>(groups, per_group, side);
      }
    }
  }
}

LINNET_TEST_VARIANTS(ChannelShuffleTest, channel_shuffle_variants);

class UpsampleTest : public VariantTest<UpsampleVariant> {
 protected:
  template <typename T>
  void upsample(int width, int factor, int channels, Side side) {
    Pixels<T> in;
    GuardedOutput<T> out;
    const size_t in_stride = some_stride(&random_, channels);
    const size_t out_stride = some_stride(&random_, channels);
    const T* from = in.place(&random_, width, channels, in_stride, side);
    GetParam().function(width, factor, channels, sizeof(T), from, in_stride,
                        out.place(width * factor, channels, out_stride, side), out_stride);
    EXPECT_TRUE(out.untouched()) << channels;
    for (int x = 0; x < width * factor; ++x) {
      for (int c = 0; c < channels; ++c) ASSERT_EQ(out.at(x, c), in.at(x / factor, c)) << channels;
    }
  }

  Random random_{8};
};

TEST_P(UpsampleTest, EveryFactorAndNumberOfChannels) {
  for (const int factor : {1, 2, 3, 4, 8}) {
    for (int channels = 1; channels <= 35; ++channels) {
      for (const Side side : kSides) {
        upsample<uint8_t>(random_.between(1, 5), factor, channels, side);
        upsample<uint32_t>(random_.between(1, 5), factor, channels, side);
      }
    }
  }
}

LINNET_TEST_VARIANTS(UpsampleTest, upsample_variants);

class SpaceToDepthTest : public VariantTest<SpaceToDepthVariant> {
 protected:
  template <typename T>
  void space_to_depth(int out_width, int block, int channels, Side side) {
    std::vector<Pixels<T>> in(static_cast<size_t>(block));
    std::vector<const void*> rows;
    const size_t in_stride = some_stride(&random_, channels);
    for (Pixels<T>& row : in) {
      rows.push_back(row.place(&random_, out_width * block, channels, in_stride, side));
    }
    GuardedOutput<T> out;
    const int out_channels = block * block * channels;
    const size_t out_stride = some_stride(&random_, out_channels);
    GetParam().function(out_width, block, channels, sizeof(T), rows.data(), in_stride,
                        out.place(out_width, out_channels, out_stride, side), out_stride);
    EXPECT_TRUE(out.untouched()) << channels;
    for (int x = 0; x < out_width; ++x) {
      for (int i = 0; i < out_channels; ++i) {
        const int dy = i / channels / block;
        const int dx = i / channels % block;
        ASSERT_EQ(out.at(x, i), in[static_cast<size_t>(dy)].at(x * block + dx, i % channels))
            << "block " << block << ", channels " << channels;
      }
    }
  }

  Random random_{9};
};

TEST_P(SpaceToDepthTest, EveryBlockAndNumberOfChannels) {
  for (int block = 1; block <= 4; ++block) {
    for (int channels = 1; channels <= 20; ++channels) {
      for (const Side side : kSides) {
        space_to_depth<uint8_t>(random_.between(1, 9), block, channels, side);
        space_to_depth<uint32_t>(random_.between(1, 9), block, channels, side);
      }
    }
  }
}

LINNET_TEST_VARIANTS(SpaceToDepthTest, space_to_depth_variants);

}  // namespace
}  // namespace linnet::test
