// winograd_f32 against the matrices of matrices.h, and a whole tile against the direct convolution,
// both in double.
#include "kernels/winograd_f32/winograd_f32.h"

#include <cmath>

#include "kernels/winograd_f32/pack.h"
#include "tests/kernels/guarded_memory.h"
#include "tests/kernels/values.h"
#include "tests/kernels/variant_test.h"

namespace linnet::test {

void PrintTo(const WinogradF32Variant& variant, std::ostream* out) {
  *out << variant.name;
}

namespace {

constexpr int kMostChannels = 35;
constexpr int kMostPositions = winograd_positions(kWinogradMaxTile);

class WinogradF32Test : public VariantTest<WinogradF32Variant> {
 protected:
  int tile() const { return GetParam().tile; }
  int patch() const { return tile() + 2; }
  int positions() const { return patch() * patch(); }

  double input_matrix(int i, int j) const {
    return tile() == 2 ? double{Winograd2Matrices::kInput[i % 4][j % 4]}
                       : double{Winograd4Matrices::kInput[i][j]};
  }
  double output_matrix(int i, int j) const {
    return tile() == 2 ? double{Winograd2Matrices::kOutput[i % 2][j % 4]}
                       : double{Winograd4Matrices::kOutput[i][j]};
  }

  // sum over k, l of row(i, k) * value(k, l) * row(j, l), with the sum of absolute values.
  template <typename Row, typename Value>
  Expected transformed(int i, int j, const Row& row, const Value& value) const {
    double sum = 0, magnitude = 0;
    for (int k = 0; k < patch(); ++k) {
      for (int l = 0; l < patch(); ++l) {
        const double term = row(i, k) * row(j, l) * value(k * patch() + l);
        sum += term;
        magnitude += std::fabs(term);
      }
    }
    return expected_sum(sum, magnitude, positions());
  }

  // Each pixel lies in memory of its own, against a guard page.
  const float* const* place_pixels(int channels, Values values, Side side) {
    for (int p = 0; p < positions(); ++p) {
      float* memory = inputs_[p].place(static_cast<size_t>(channels), side);
      random_.fill(memory, static_cast<size_t>(channels), values);
      pixels_[p] = memory;
    }
    return pixels_;
  }

  Random random_{7};
  GuardedInput<float> inputs_[kMostPositions];
  GuardedInput<float> bias_;
  GuardedOutput<float> sums_;
  GuardedOutput<float> outputs_[kWinogradMaxTile * kWinogradMaxTile];
  const float* pixels_[kMostPositions] = {};
};

TEST_P(WinogradF32Test, InputTransform) {
  for (int channels = 1; channels <= kMostChannels; ++channels) {
    for (const Side side : kSides) {
      const float* const* pixels = place_pixels(channels, Values::ordinary, side);
      const size_t stride = static_cast<size_t>(channels + channels % 3);
      float* out = sums_.place(positions(), channels, stride, side);
      GetParam().input(pixels, channels, out, stride);
      ASSERT_TRUE(sums_.untouched()) << channels;
      for (int p = 0; p < positions(); ++p) {
        for (int c = 0; c < channels; ++c) {
          const Expected expected = transformed(
              p / patch(), p % patch(), [&](int i, int j) { return input_matrix(i, j); },
              [&](int k) { return double{pixels[k][c]}; });
          ASSERT_TRUE(agrees(sums_.at(p, c), expected))
              << describe(sums_.at(p, c), expected) << " position " << p << " channel " << c
              << " of " << channels;
        }
      }
    }
  }
}

TEST_P(WinogradF32Test, OutputTransform) {
  for (const Activation activation : kActivations) {
    const Epilogue epilogue = {activation, 0.1f};
    for (int channels = 1; channels <= kMostChannels; ++channels) {
      const Side side = kSides[channels % 2];
      const size_t stride = static_cast<size_t>(channels + 1);
      float* in = inputs_[0].place(extent(positions(), channels, stride), side);
      random_.fill(in, extent(positions(), channels, stride), Values::ordinary);
      float* bias = bias_.place(static_cast<size_t>(channels), side);
      random_.fill(bias, static_cast<size_t>(channels), Values::ordinary);
      float* pixels[kWinogradMaxTile * kWinogradMaxTile];
      const int missing = random_.between(-1, tile() * tile() - 1);
      for (int p = 0; p < tile() * tile(); ++p) {
        pixels[p] = outputs_[p].place(1, channels, static_cast<size_t>(channels), side);
        if (p == missing) pixels[p] = nullptr;
      }
      GetParam().output(in, stride, bias, channels, epilogue, pixels);
      for (int p = 0; p < tile() * tile(); ++p) {
        if (p == missing) continue;
        ASSERT_TRUE(outputs_[p].untouched());
        for (int c = 0; c < channels; ++c) {
          Expected sum = transformed(
              p / tile(), p % tile(), [&](int i, int j) { return output_matrix(i, j); },
              [&](int k) { return double{in[static_cast<size_t>(k) * stride + c]}; });
          sum.value += double{bias[c]};
          sum.tolerance += kUnit * (std::fabs(sum.value) + 1);
          const Expected expected = expected_activation(sum, epilogue);
          ASSERT_TRUE(agrees(outputs_[p].at(0, c), expected))
              << describe(outputs_[p].at(0, c), expected) << " pixel " << p << " channel " << c
              << " of " << channels << ", activation " << static_cast<int>(activation);
        }
      }
    }
  }
}

// One tile, one input and one output channel: the whole algorithm with the packed weights.
TEST_P(WinogradF32Test, TileEqualsDirectConvolution) {
  for (int round = 0; round < 50; ++round) {
    float weights[9], bias[1];
    random_.fill(weights, 9, Values::ordinary);
    random_.fill(bias, 1, Values::ordinary);
    const std::vector<float> packed = pack_winograd_f32(tile(), weights, bias, 1, 1);
    const size_t panel = igemm_f32_panel_floats(1);
    ASSERT_EQ(packed.size(), winograd_bias_floats(1) + static_cast<size_t>(positions()) * panel);
    const float* const* pixels = place_pixels(1, Values::ordinary, Side::high);
    float sums[kMostPositions];
    GetParam().input(pixels, 1, sums, 1);
    for (int p = 0; p < positions(); ++p) {
      sums[p] *= packed[winograd_bias_floats(1) + static_cast<size_t>(p) * panel + 8];
    }
    float results[kWinogradMaxTile * kWinogradMaxTile];
    float* places[kWinogradMaxTile * kWinogradMaxTile];
    for (int p = 0; p < tile() * tile(); ++p) places[p] = results + p;
    GetParam().output(sums, 1, packed.data(), 1, {}, places);
    for (int p = 0; p < tile() * tile(); ++p) {
      double expected = double{bias[0]};
      for (int t = 0; t < 9; ++t) {
        const int y = p / tile() + t / 3, x = p % tile() + t % 3;
        expected += double{weights[t]} * double{pixels[y * patch() + x][0]};
      }
      ASSERT_NEAR(double{results[p]}, expected, tile() == 2 ? 2e-6 : 2e-5);
    }
  }
}

LINNET_TEST_VARIANTS(WinogradF32Test, winograd_f32_variants);

}  // namespace
}  // namespace linnet::test
