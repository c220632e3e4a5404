// igemm_s8 against the sums of its definition; every variant gives these bits.
#include "kernels/igemm_s8/igemm_s8.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>
#include <thread>

#include "kernels/igemm_s8/pack.h"
#include "kernels/igemm_s8/small_sums.h"
#include "tests/kernels/guarded_memory.h"
#include "tests/kernels/values.h"
#include "tests/kernels/variant_test.h"

namespace linnet::test {

// Names instances in failure messages.
void PrintTo(const IgemmS8Variant& variant, std::ostream* out) {
  *out << variant.name;
}

namespace {

// ordinary: all values random, sums of the size of the output's range. worst: inputs -128, weights
// of one sign for each output, so that nothing cancels out. wrap: biases at the ends of 32 bits.
// extreme: multipliers 0, subnormal, huge. ties: one power of two for all multipliers, so that half
// of the results lie between two numbers, and biases of every size. small: RequantizeS8::small
// holds, as it does for layers as they are: multipliers have two bits less, and products reach
// 2^15. small_ties: it holds too, and a quarter of the results lie between two numbers, most of
// them within the range of the output. seldom_large: most inputs are near -128 and most weights
// near 0, as in trained networks, and now and then two neighbours are as large as can be. narrow:
// each input has a range of its own, as after a depthwise convolution, in some rows high ones only,
// and half of the outputs have weights of one sign.
enum class Numbers {
  ordinary,
  worst,
  wrap,
  extreme,
  ties,
  small,
  small_ties,
  seldom_large,
  narrow
};
constexpr Numbers kNumbers[] = {Numbers::ordinary,   Numbers::worst,        Numbers::wrap,
                                Numbers::extreme,    Numbers::ties,         Numbers::small,
                                Numbers::small_ties, Numbers::seldom_large, Numbers::narrow};

constexpr RequantizeS8 kBounds[] = {{0, -128, 127},    {-128, -128, 127}, {127, -128, 127},
                                    {-5, -5, 127},     {3, 3, 100},       {-128, 127, 127},
                                    {127, -128, -128}, {126, -128, 127},  {3, -128, 127}};

struct Shape {
  int m;
  std::vector<int> k;  // of each segment
  int n;
  size_t out_gap = 0;  // values between the pixels of the output
  Numbers numbers = Numbers::ordinary;
  RequantizeS8 to = {};
  Side side = Side::high;

  int k_total() const { return std::accumulate(k.begin(), k.end(), 0); }
  size_t stride() const { return static_cast<size_t>(n) + out_gap; }
};

std::string describe(const Shape& s) {
  std::string text = "m " + std::to_string(s.m) + ", n " + std::to_string(s.n) + ", k";
  for (const int k : s.k) text.append(" ").append(std::to_string(k));
  return text + ", numbers " + std::to_string(static_cast<int>(s.numbers)) + ", zero point " +
         std::to_string(s.to.zero_point) + ", side " + name(s.side);
}

size_t panel_bytes(const std::vector<int>& k) {
  size_t padded = 0;
  for (const int count : k) padded += igemm_s8_padded_k(static_cast<size_t>(count));
  return igemm_s8_panel_bytes(padded);
}

class IgemmS8Test : public VariantTest<IgemmS8Variant> {
 protected:
  // Runs one call of each kind and compares all of its outputs.
  void check(Shape s) {
    if (HasFailure()) return;  // one report is enough
    prepare(s);
    s.to.small = igemm_s8_has_small_sums(panels_, panel_bytes(s.k), static_cast<size_t>(s.n));
    const bool small = s.numbers == Numbers::small || s.numbers == Numbers::small_ties;
    if (small && most_sum(s) < 1 << 22) {
      EXPECT_TRUE(s.to.small) << describe(s);
    }
    const auto segments = static_cast<int>(s.k.size());
    int8_t* const out = out_.place(s.m, s.n, s.stride(), s.side);
    GetParam().to_s8(s.m, segments, pointers_.data(), s.k.data(), panels_, panel_bytes(s.k), s.n,
                     s.to, out, s.stride());
    EXPECT_TRUE(out_.untouched()) << "wrote outside its output: " << describe(s);
    float* const floats = floats_.place(s.m, s.n, s.stride(), s.side);
    GetParam().to_f32(s.m, segments, pointers_.data(), s.k.data(), panels_, panel_bytes(s.k), s.n,
                      floats, s.stride());
    EXPECT_TRUE(floats_.untouched()) << "wrote outside its floats: " << describe(s);
    for (int p = 0; p < s.m; ++p) {
      for (int c = 0; c < s.n; ++c) {
        const int32_t sum = expected_sum(s, p, c);
        const float multiplier = multiplier_[static_cast<size_t>(c)];
        ASSERT_EQ(out_.at(p, c), requantize_s8(sum, multiplier, s.to))
            << "sum " << sum << " x " << multiplier << " at pixel " << p << ", channel " << c
            << "; " << describe(s);
        const float expected = static_cast<float>(sum) * multiplier, actual = floats_.at(p, c);
        ASSERT_EQ(0, std::memcmp(&expected, &actual, sizeof expected))
            << actual << ", not " << expected << ": sum " << sum << " x " << multiplier
            << " at pixel " << p << ", channel " << c << "; " << describe(s);
      }
    }
  }

  // Anything of this size.
  Shape random_shape(int i) {
    Shape s = {random_.between(1, 3 * GetParam().mr), {}, random_.between(1, 70)};
    const int segments = random_.between(1, 9);
    for (int t = 0; t < segments; ++t) s.k.push_back(random_.between(1, 67));
    s.out_gap = static_cast<size_t>(random_.between(0, 3));
    s.numbers = kNumbers[static_cast<size_t>(i) % std::size(kNumbers)];
    s.to = kBounds[random_.between(0, static_cast<int>(std::size(kBounds)) - 1)];
    s.side = kSides[random_.between(0, 1)];
    return s;
  }

  Random random_{1};

 private:
  size_t pointer(const Shape& s, size_t segment, int pixel) const {
    const int tile = pixel / GetParam().mr, segments = static_cast<int>(s.k.size());
    return static_cast<size_t>((tile * segments + static_cast<int>(segment)) * GetParam().mr +
                               pixel % GetParam().mr);
  }

  void prepare(const Shape& s) {
    place_rows(s);
    const auto k = static_cast<size_t>(s.k_total());
    const auto n = static_cast<size_t>(s.n);
    weights_.resize(n * k);
    bias_.resize(n);
    multiplier_.resize(n);
    for (size_t c = 0; c < n; ++c) {
      const int one = random_.between(0, 1) * 254 - 127;
      const bool at_end =
          s.numbers == Numbers::narrow ? random_.between(0, 1) != 0 : at_the_end(s.numbers);
      for (size_t i = 0; i < k; ++i) {
        weights_[c * k + i] = static_cast<int8_t>(at_end ? one : weight(s.numbers));
        if (i > 0 && is_seldom_large(s.numbers)) {
          weights_[c * k + i] = weights_[c * k + i - 1] = static_cast<int8_t>(large_weight(one));
        }
      }
      bias_[c] = bias(s);
      multiplier_[c] = multiplier(s);
    }
    const std::vector<uint8_t> packed =
        pack_igemm_s8(weights_.data(), bias_.data(), multiplier_.data(), n, s.k);
    panels_ = panels_memory_.place(packed.size(), s.side);  // a multiple of 64 bytes: aligned
    std::memcpy(panels_, packed.data(), packed.size());
  }

  static int most_sum(const Shape& s) { return s.k_total() * (128 * 127) + kSmallBias; }
  // Inputs -128 or weights of one sign.
  bool at_the_end(Numbers numbers) {
    return numbers == Numbers::worst || (numbers == Numbers::small && random_.between(0, 1) != 0);
  }

  bool is_seldom_large(Numbers numbers) {
    return numbers == Numbers::seldom_large && random_.between(0, 199) == 0;
  }
  int weight(Numbers numbers) {
    const int most = numbers == Numbers::small_ties     ? 2
                     : numbers == Numbers::seldom_large ? 50
                                                        : 127;
    return random_.between(-most, most);
  }
  // Around 64 two of them times 255 reach 2^15.
  int large_weight(int sign) {
    const int size = random_.between(0, 1) != 0 ? 127 : random_.between(63, 66);
    return sign > 0 ? size : -size;
  }
  int input(Numbers numbers) {
    if (numbers != Numbers::seldom_large) return random_.between(-128, 127);
    return random_.between(0, 99) == 0 ? random_.between(120, 127) : random_.between(-128, -60);
  }

  // Pixels of `stride` values.
  void narrow(size_t stride, size_t count, int8_t* data) {
    const int lowest = random_.between(0, 1) != 0 ? 90 : -128;
    std::vector<int> least(stride);
    for (int& value : least) value = random_.between(lowest, 117);
    for (size_t i = 0; i < count; ++i) {
      data[i] = static_cast<int8_t>(least[i % stride] + random_.between(0, 10));
    }
  }

  int32_t bias(const Shape& s) {
    if (s.numbers == Numbers::ties) {
      const int32_t size = 1 << random_.between(4, 24);
      return random_.between(-size, size);
    }
    if (s.numbers == Numbers::small) return random_.between(-kSmallBias, kSmallBias);
    if (s.numbers == Numbers::small_ties) return random_.between(-400, 400);
    if (s.numbers != Numbers::wrap) return random_.between(-20000, 20000);
    const int32_t near_end = std::numeric_limits<int32_t>::max() - random_.between(0, 1000);
    return random_.between(0, 1) != 0 ? near_end : -near_end;
  }
  float multiplier(const Shape& s) {
    if (s.numbers == Numbers::small) {
      if (random_.between(0, 3) == 0) return 1.0f / 1024;  // ties
      // The largest and the smallest that are allowed.
      const float most = 32000.0f / static_cast<float>(most_sum(s));
      return shortened(most * 0.999f / static_cast<float>(random_.between(1, 300)));
    }
    constexpr float kExtreme[] = {0.0f,    std::numeric_limits<float>::denorm_min(),
                                  1e-39f,  std::numeric_limits<float>::min(),
                                  1e-9f,   1.0f,
                                  1000.0f, std::numeric_limits<float>::max()};
    if (s.numbers == Numbers::ties) return 1.0f / static_cast<float>(1 << s.k_total() % 11);
    if (s.numbers == Numbers::small_ties) return 0.25f;
    if (s.numbers == Numbers::extreme) return kExtreme[random_.between(0, 7)];
    // Halves, so that ties occur; and numbers that the products are rounded for.
    if (random_.between(0, 3) == 0) return 1.0f / static_cast<float>(1 << random_.between(0, 8));
    const float size = s.numbers == Numbers::ordinary ? 1e-2f : 1e-4f;
    return size * static_cast<float>(random_.between(1, 1000)) / 1000.0f;
  }

  // One buffer for each segment, with exactly what a kernel may read beyond; a random pixel touches
  // the guard page.
  void place_rows(const Shape& s) {
    const size_t pixels =  // of whole tiles
        round_up(static_cast<size_t>(s.m), static_cast<size_t>(GetParam().mr));
    pointers_.assign(s.k.size() * pixels, nullptr);
    for (size_t t = 0; t < s.k.size(); ++t) {
      const auto stride = static_cast<size_t>(s.k[t] + random_.between(0, 3));
      const size_t count = extent(s.m, s.k[t], stride) + kIgemmS8OverRead;
      int8_t* const data = inputs_[t].place(count, s.side);
      const bool at_end = at_the_end(s.numbers);
      for (size_t i = 0; i < count; ++i) {
        data[i] = static_cast<int8_t>(at_end ? -128 : input(s.numbers));
        const bool is_large = s.numbers == Numbers::seldom_large && data[i] >= 120;
        if (i > 0 && is_large) data[i - 1] = data[i];
      }
      if (s.numbers == Numbers::narrow) narrow(stride, count, data);
      const int first = random_.between(0, s.m - 1);
      for (int p = 0; p < static_cast<int>(pixels); ++p) {
        const int place = p < s.m ? (first + p) % s.m : 0;
        pointers_[pointer(s, t, p)] = data + static_cast<size_t>(place) * stride;
      }
    }
  }

  int32_t expected_sum(const Shape& s, int pixel, int channel) const {
    auto sum = static_cast<uint32_t>(bias_[static_cast<size_t>(channel)]);
    const int8_t* w = weights_.data() + static_cast<size_t>(channel * s.k_total());
    for (size_t t = 0; t < s.k.size(); ++t) {
      const int8_t* in = pointers_[pointer(s, t, pixel)];
      for (int i = 0; i < s.k[t]; ++i) sum += static_cast<uint32_t>(in[i] * *w++);
    }
    return static_cast<int32_t>(sum);
  }

  static constexpr int kSmallBias = 20000;
  static constexpr int kMaxSegments = 9;
  GuardedInput<int8_t> inputs_[kMaxSegments];
  GuardedInput<uint8_t> panels_memory_;
  GuardedOutput<int8_t> out_;
  GuardedOutput<float> floats_;
  std::vector<const int8_t*> pointers_;
  std::vector<int8_t> weights_;
  std::vector<int32_t> bias_;
  std::vector<float> multiplier_;
  uint8_t* panels_ = nullptr;
};

TEST_P(IgemmS8Test, EveryTileAndK) {
  for (int m = 1; m <= GetParam().mr; ++m) {
    for (int k = 1; k <= 67; ++k) {
      for (const int n : {1, 8, 21}) check({m, {k}, n, static_cast<size_t>(k % 3)});
    }
  }
}

TEST_P(IgemmS8Test, EveryTileAndN) {
  for (int m = 1; m <= GetParam().mr; ++m) {
    for (int n = 1; n <= 70; ++n) {
      for (const Side side : kSides) {
        check({m, {1 + n % 9}, n, static_cast<size_t>(n % 4), Numbers::ordinary, kBounds[0], side});
      }
    }
  }
}

TEST_P(IgemmS8Test, AnyShape) {
  for (int i = 0; i < 400; ++i) check(random_shape(i));
}

TEST_P(IgemmS8Test, Ties) {
  for (int k = 1; k <= 66; ++k) {
    for (const int n : {8, 32, 35}) {
      const RequantizeS8& to = kBounds[static_cast<size_t>(k) % std::size(kBounds)];
      check({GetParam().mr, {k}, n, 0, Numbers::ties, to});
      check({GetParam().mr, {k}, n, 0, Numbers::small_ties, to});
    }
  }
}

TEST_P(IgemmS8Test, EveryKindOfNumbersAndBounds) {
  for (const Numbers numbers : kNumbers) {
    for (const RequantizeS8& to : kBounds) {
      for (const int n : {5, 8, 32, 43}) {
        check({GetParam().mr, {random_.between(1, 40), 3}, n, 0, numbers, to});
      }
    }
  }
}

// The largest sums of products of one sign, of 16 bits on the way if a kernel has such.
TEST_P(IgemmS8Test, LargeK) {
  for (const Numbers numbers : kNumbers) {
    for (const int k : {116, 232, 464, 1000}) check({GetParam().mr, {k}, 24, 0, numbers});
    check({GetParam().mr, std::vector<int>(9, 116), 16, 0, numbers});
  }
}

// Calls of many pixels, as variants with large_calls want them: at most and beyond what they take
// at once.
TEST_P(IgemmS8Test, ManyPixels) {
  const int mr = GetParam().mr;
  for (const Numbers numbers :
       {Numbers::ordinary, Numbers::worst, Numbers::seldom_large, Numbers::narrow}) {
    for (const int m : {2 * mr, 2 * mr + 1, 5 * mr - 3}) {
      for (int k = 1; k <= 70; k += 3) {
        check({m, {k}, 19, static_cast<size_t>(k % 3), numbers});
        check({m, {k, 9, 2}, 8, 0, numbers, kBounds[static_cast<size_t>(k) % std::size(kBounds)]});
      }
      for (const int k : {1200, 1500, 1536, 1540, 2000}) check({m, {k}, 20, 0, numbers});
    }
    check({2 * mr, {33}, 530, 0, numbers});
    check({2 * mr, {70}, 530, 0, numbers});
    check({2 * mr, {1200}, 120, 1, numbers});
  }
}

// What lies beyond a row is the next pixel, which another thread may be writing.
TEST_P(IgemmS8Test, OverReadValuesMayChange) {
  const std::vector<int> k = {5, 34, 21};
  constexpr int kOutputs = 40;
  const size_t pixels = 2 * static_cast<size_t>(GetParam().mr);
  const std::vector<int8_t> weights(kOutputs * 60, 100);
  const std::vector<int32_t> bias(kOutputs, 0);
  const std::vector<float> multiplier(kOutputs, 1e-3f);
  std::vector<uint8_t> packed =
      pack_igemm_s8(weights.data(), bias.data(), multiplier.data(), kOutputs, k);
  GuardedInput<uint8_t> panels;
  void* const placed = panels.place(packed.size(), Side::high);
  std::memcpy(placed, packed.data(), packed.size());
  // All pixels are one: the others read the same.
  std::vector<int8_t> inputs[3];
  std::vector<const int8_t*> rows;
  for (size_t t = 0; t < k.size(); ++t) {
    inputs[t].assign(static_cast<size_t>(k[t]) + kIgemmS8OverRead, 3);
    rows.insert(rows.end(), pixels / 2, inputs[t].data());
  }
  rows.resize(2 * rows.size());  // two tiles
  std::copy_n(rows.begin(), rows.size() / 2,
              rows.begin() + static_cast<std::ptrdiff_t>(rows.size() / 2));
  std::atomic<bool> done = false;
  std::thread writer([&] {
    for (int8_t value = 0; !done; ++value) {
      for (size_t t = 0; t < k.size(); ++t) {
        auto* beyond = inputs[t].data() + k[t];
        for (size_t i = 0; i < kIgemmS8OverRead; ++i) {
          *const_cast<volatile int8_t*>(beyond + i) = value;
        }
      }
    }
  });
  std::vector<int8_t> out(pixels * kOutputs);
  int wrong = 0;
  for (int run = 0; run < 10000; ++run) {
    GetParam().to_s8(static_cast<int>(pixels), 3, rows.data(), k.data(), placed, panel_bytes(k),
                     kOutputs, {}, out.data(), kOutputs);
    for (const int8_t value : out) wrong += value != 18;  // 3 * 100 * 60 * 1e-3
  }
  done = true;
  writer.join();
  EXPECT_EQ(wrong, 0);
}

LINNET_TEST_VARIANTS(IgemmS8Test, igemm_s8_variants);

bool small_sums(int32_t bias, float multiplier, size_t inputs) {
  const std::vector<int8_t> weights(9 * inputs, -127);
  std::vector<int32_t> biases(9, 0);
  std::vector<float> multipliers(9, 0.5f / 1024);
  biases[8] = bias;
  multipliers[8] = multiplier;
  const std::vector<int> k = {static_cast<int>(inputs)};
  const std::vector<uint8_t> packed =
      pack_igemm_s8(weights.data(), biases.data(), multipliers.data(), 9, k);
  // The multipliers of the missing channels are 0 and do not matter.
  return igemm_s8_has_small_sums(packed.data(), panel_bytes(k), 9);
}

TEST(IgemmS8SmallSums, HoldWithinTheirLimits) {
  constexpr int32_t kRoom = (1 << 22) - 1 - 10 * 128 * 127;
  constexpr float kMultiplier = 1.0f / 1024;
  EXPECT_TRUE(small_sums(kRoom, kMultiplier, 10));
  EXPECT_TRUE(small_sums(-kRoom, kMultiplier, 10));
  EXPECT_FALSE(small_sums(kRoom + 1, kMultiplier, 10));
  EXPECT_FALSE(small_sums(-kRoom - 1, kMultiplier, 10));
  EXPECT_FALSE(small_sums(std::numeric_limits<int32_t>::min(), kMultiplier, 1));
  EXPECT_FALSE(small_sums(0, kMultiplier, 1000));
  EXPECT_TRUE(small_sums(0, shortened(31900.0f / (128 * 127)), 1));
  EXPECT_FALSE(small_sums(0, shortened(32100.0f / (128 * 127)), 1));
  EXPECT_FALSE(small_sums(0, std::nextafter(kMultiplier, 1.0f), 10));
  for (const float multiplier :
       {0.0f, -kMultiplier, std::numeric_limits<float>::denorm_min(),
        std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()}) {
    EXPECT_FALSE(small_sums(0, multiplier, 1)) << multiplier;
  }
}

TEST(Shortened, RoundsToTheNearest) {
  EXPECT_EQ(shortened(1.0f), 1.0f);
  EXPECT_EQ(shortened(std::nextafter(1.0f, 2.0f)), 1.0f);
  EXPECT_EQ(shortened(1.0f + 3 * 0x1p-23f), 1.0f + 4 * 0x1p-23f);
  EXPECT_EQ(shortened(2.0f - 0x1p-23f), 2.0f);
}

TEST(IgemmS8Pack, PutsEverythingInItsPlace) {
  constexpr size_t kOutputs = 11;
  const std::vector<int> k = {5, 4};
  std::vector<int8_t> weights(kOutputs * 9);
  std::iota(weights.begin(), weights.end(), static_cast<int8_t>(-40));
  std::vector<int32_t> bias(kOutputs);
  std::iota(bias.begin(), bias.end(), 1000);
  std::vector<float> multiplier(kOutputs);
  std::iota(multiplier.begin(), multiplier.end(), 1.0f);
  const std::vector<uint8_t> packed =
      pack_igemm_s8(weights.data(), bias.data(), multiplier.data(), kOutputs, k);
  constexpr size_t kPanel = 192;  // a header of 96 bytes and 12 x 8 weights
  ASSERT_EQ(packed.size(), 2 * kPanel);
  for (size_t o = 0; o < 16; ++o) {
    const uint8_t* panel = packed.data() + o / 8 * kPanel;
    IgemmS8PanelHeader header;
    std::memcpy(&header, panel, sizeof header);
    EXPECT_EQ(header.bias[o % 8], o < kOutputs ? bias[o] : 0);
    EXPECT_EQ(header.multiplier[o % 8], o < kOutputs ? multiplier[o] : 0.0f);
    for (size_t i = 0; i < 12; ++i) {
      const auto actual =
          static_cast<int8_t>(panel[sizeof header + i / 4 * 32 + o % 8 * 4 + i % 4]);
      const bool exists = o < kOutputs && (i < 5 || i >= 8);
      EXPECT_EQ(actual, exists ? weights[o * 9 + (i < 5 ? i : i - 3)] : 0) << o << " " << i;
    }
  }
}

}  // namespace
}  // namespace linnet::test
