// igemm_f32 against sums in double.
#include "kernels/igemm_f32/igemm_f32.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>

#include "kernels/igemm_f32/pack.h"
#include "tests/kernels/guarded_memory.h"
#include "tests/kernels/values.h"
#include "tests/kernels/variant_test.h"

namespace linnet::test {

// Names instances in failure messages.
void PrintTo(const IgemmF32Variant& variant, std::ostream* out) {
  *out << variant.name;
}

namespace {

struct Shape {
  int m;
  std::vector<int> k;  // of each segment
  int n;
  size_t out_gap = 0;  // floats between the pixels of the output
  Epilogue epilogue = {};
  Values values = Values::ordinary;
  Side side = Side::high;

  int k_total() const { return std::accumulate(k.begin(), k.end(), 0); }
};

std::string describe(const Shape& s) {
  std::string text = "m " + std::to_string(s.m) + ", n " + std::to_string(s.n) + ", k";
  for (const int k : s.k) text.append(" ").append(std::to_string(k));
  return text + ", activation " + std::to_string(static_cast<int>(s.epilogue.activation)) +
         ", side " + name(s.side);
}

class IgemmF32Test : public VariantTest<IgemmF32Variant> {
 protected:
  // Runs one call and compares all of its outputs. `special` replaces the first value of the last
  // segment of the last pixel.
  void check(const Shape& s, const float* special = nullptr) {
    if (HasFailure()) return;  // one report is enough
    prepare(s);
    if (special != nullptr)
      const_cast<float*>(pointers_[pointer(s, s.k.size() - 1, s.m - 1)])[0] = *special;
    const size_t stride = static_cast<size_t>(s.n) + s.out_gap;
    float* const out = out_.place(s.m, s.n, stride, s.side);
    GetParam().function(s.m, static_cast<int>(s.k.size()), pointers_.data(), s.k.data(), panels_,
                        igemm_f32_panel_floats(static_cast<size_t>(s.k_total())), s.n, s.epilogue,
                        out, stride);
    EXPECT_TRUE(out_.untouched()) << "wrote outside its output: " << describe(s);
    for (int p = 0; p < s.m; ++p) {
      for (int c = 0; c < s.n; ++c) {
        const Expected expected = expected_output(s, p, c);
        ASSERT_TRUE(agrees(out_.at(p, c), expected))
            << test::describe(out_.at(p, c), expected) << " at pixel " << p << ", channel " << c
            << "; " << describe(s);
      }
    }
  }

  Random random_{1};

 private:
  size_t pointer(const Shape&, size_t segment, int pixel) const {
    return segment * static_cast<size_t>(GetParam().mr) + static_cast<size_t>(pixel);
  }

  void prepare(const Shape& s) {
    place_rows(s);
    const auto k = static_cast<size_t>(s.k_total());
    const auto n = static_cast<size_t>(s.n);
    weights_.resize(n * k);
    bias_.resize(n);
    random_.fill(weights_.data(), weights_.size(), s.values);
    random_.fill(bias_.data(), n, s.values);
    const std::vector<float> packed = pack_igemm_f32(weights_.data(), bias_.data(), n, k, 1);
    panels_ = panels_memory_.place(packed.size(), s.side);  // a multiple of 64 bytes: aligned
    std::memcpy(panels_, packed.data(), packed.size() * sizeof(float));
  }

  // One buffer for each segment; a random pixel touches the guard page.
  void place_rows(const Shape& s) {
    pointers_.assign(s.k.size() * static_cast<size_t>(GetParam().mr), nullptr);
    for (size_t t = 0; t < s.k.size(); ++t) {
      const auto stride = static_cast<size_t>(s.k[t] + random_.between(0, 3));
      float* const data = inputs_[t].place(extent(s.m, s.k[t], stride), s.side);
      const int first = random_.between(0, s.m - 1);
      for (int p = 0; p < s.m; ++p) {
        float* const row = data + static_cast<size_t>((first + p) % s.m) * stride;
        random_.fill(row, static_cast<size_t>(s.k[t]), s.values);
        pointers_[pointer(s, t, p)] = row;
      }
      for (int p = s.m; p < GetParam().mr; ++p) {
        pointers_[pointer(s, t, p)] = pointers_[pointer(s, t, s.m - 1)];
      }
    }
  }

  Expected expected_output(const Shape& s, int pixel, int channel) const {
    double value = bias_[static_cast<size_t>(channel)];
    double magnitude = std::fabs(value);
    const float* w = weights_.data() + static_cast<size_t>(channel * s.k_total());
    for (size_t t = 0; t < s.k.size(); ++t) {
      const float* in = pointers_[pointer(s, t, pixel)];
      for (int i = 0; i < s.k[t]; ++i) {
        const double product = double{in[i]} * double{*w++};
        value += product;
        magnitude += std::fabs(product);
      }
    }
    return expected_activation(expected_sum(value, magnitude, s.k_total()), s.epilogue);
  }

  static constexpr int kMaxSegments = 30;
  GuardedInput<float> inputs_[kMaxSegments];
  GuardedInput<float> panels_memory_;
  GuardedOutput<float> out_;
  std::vector<const float*> pointers_;
  std::vector<float> weights_, bias_;
  float* panels_ = nullptr;
};

TEST_P(IgemmF32Test, EveryTileAndK) {
  for (int m = 1; m <= GetParam().mr; ++m) {
    for (int k = 1; k <= 40; ++k) {
      for (const int n : {1, 8, 21}) check({m, {k}, n, static_cast<size_t>(k % 3)});
    }
  }
}

TEST_P(IgemmF32Test, EveryTileAndN) {
  for (int m = 1; m <= GetParam().mr; ++m) {
    for (int n = 1; n <= 35; ++n) {
      for (const Side side : kSides)
        check({m, {1 + n % 9}, n, static_cast<size_t>(n % 4), {}, Values::ordinary, side});
    }
  }
}

TEST_P(IgemmF32Test, EveryNumberOfSegments) {
  for (int segments = 1; segments <= 30; ++segments) {
    for (int m = 1; m <= GetParam().mr; ++m) {
      std::vector<int> k;
      for (int t = 0; t < segments; ++t) k.push_back(random_.between(1, segments > 10 ? 4 : 40));
      check({m, k, random_.between(1, 35), 0, {}, Values::ordinary, kSides[m % 2]});
    }
  }
}

TEST_P(IgemmF32Test, EveryActivation) {
  for (const Activation activation : kActivations) {
    for (const Values values : {Values::ordinary, Values::extreme}) {
      for (int n = 1; n <= 35; ++n) {
        check({random_.between(1, GetParam().mr),
               {random_.between(1, 12), 3},
               n,
               1,
               {activation, 0.1f},
               values,
               kSides[n % 2]});
      }
    }
  }
}

TEST_P(IgemmF32Test, ExtremeValues) {
  for (int i = 0; i < 200; ++i) {
    check({random_.between(1, GetParam().mr),
           {random_.between(1, 40), random_.between(1, 9)},
           random_.between(1, 35),
           0,
           {},
           Values::extreme,
           kSides[i % 2]});
  }
}

TEST_P(IgemmF32Test, LargeK) {
  for (const int k : {116, 232, 464, 1000}) check({GetParam().mr, {k}, 24});
  check({GetParam().mr, std::vector<int>(9, 116), 16});
}

// NaN and infinity reach the outputs of their own pixel as in double, and of no other.
TEST_P(IgemmF32Test, NotANumberAndInfinity) {
  for (const float special : {NAN, INFINITY, -INFINITY}) {
    for (const Activation activation : kActivations) {
      for (int m = 1; m <= GetParam().mr; ++m) {
        check({m, {3, random_.between(1, 9)}, 19, 0, {activation, 0.1f}}, &special);
      }
    }
  }
}

// The order of additions depends on nothing but the shape of the tile: a pixel's result is the same
// bits wherever it lies in the tile. (Results must not depend on how an image is divided.)
TEST_P(IgemmF32Test, SameBitsInEveryPlaceOfTheTile) {
  constexpr int kK = 37, kN = 19;
  const int mr = GetParam().mr;
  std::vector<float> in(kK), weights(kK * kN), bias(kN), alone(kN);
  random_.fill(in.data(), in.size(), Values::ordinary);
  random_.fill(weights.data(), weights.size(), Values::ordinary);
  random_.fill(bias.data(), bias.size(), Values::ordinary);
  const std::vector<float> packed = pack_igemm_f32(weights.data(), bias.data(), kN, kK, 1);
  GuardedInput<float> memory;
  float* const panels = memory.place(packed.size(), Side::low);
  std::memcpy(panels, packed.data(), packed.size() * sizeof(float));
  const std::vector<const float*> pointers(static_cast<size_t>(mr), in.data());
  const Epilogue silu = {Activation::silu, 0};
  GetParam().function(1, 1, pointers.data(), &kK, panels, igemm_f32_panel_floats(kK), kN, silu,
                      alone.data(), kN);
  std::vector<float> out(static_cast<size_t>(mr * kN));
  GetParam().function(mr, 1, pointers.data(), &kK, panels, igemm_f32_panel_floats(kK), kN, silu,
                      out.data(), kN);
  for (int p = 0; p < mr; ++p) {
    EXPECT_EQ(0, std::memcmp(out.data() + p * kN, alone.data(), kN * sizeof(float))) << p;
  }
}

LINNET_TEST_VARIANTS(IgemmF32Test, igemm_f32_variants);

TEST(IgemmF32Pack, PutsEveryWeightInItsPlace) {
  constexpr size_t kOutputs = 11, kInputs = 5, kTaps = 9;
  std::vector<float> weights(kOutputs * kInputs * kTaps), bias(kOutputs);
  std::iota(weights.begin(), weights.end(), 1.0f);
  std::iota(bias.begin(), bias.end(), -100.0f);
  const std::vector<float> packed =
      pack_igemm_f32(weights.data(), bias.data(), kOutputs, kInputs, kTaps);
  // 46 rows of 32 bytes are already a multiple of 64 bytes.
  constexpr size_t kPanel = 46 * 8;
  ASSERT_EQ(packed.size(), 2 * kPanel);
  for (size_t o = 0; o < 16; ++o) {
    const float* panel = packed.data() + o / 8 * kPanel + o % 8;
    EXPECT_EQ(panel[0], o < kOutputs ? bias[o] : 0.0f);
    for (size_t tap = 0; tap < kTaps; ++tap) {
      for (size_t i = 0; i < kInputs; ++i) {
        const float expected = o < kOutputs ? weights[(o * kInputs + i) * kTaps + tap] : 0.0f;
        EXPECT_EQ(panel[8 * (1 + tap * kInputs + i)], expected) << o << " " << tap << " " << i;
      }
    }
  }
}

TEST(IgemmF32Pack, PadsPanelsToSixtyFourBytes) {
  EXPECT_EQ(igemm_f32_panel_floats(1), 16u);
  EXPECT_EQ(igemm_f32_panel_floats(2), 32u);
  const float weights[] = {2, 3};
  const float bias[] = {1};
  const std::vector<float> packed = pack_igemm_f32(weights, bias, 1, 2, 1);
  ASSERT_EQ(packed.size(), 32u);
  EXPECT_EQ(packed[16], 3.0f);
  EXPECT_TRUE(std::all_of(packed.begin() + 17, packed.end(), [](float v) { return v == 0; }));
}

}  // namespace
}  // namespace linnet::test
