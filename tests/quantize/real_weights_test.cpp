// Published weights: 21 filters of v5lite-s are zero but for a bias, and ranges of channels of
// other layers are a million apart.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>

#include "tests/quantize/small_network.h"

namespace linnet::test {
namespace {

using namespace converter;

std::string weights_of(const std::string& name) {
  const char* given = std::getenv("LINNET_TEST_DATA");
  const std::string folder = given != nullptr ? given : LINNET_TEST_DATA;
  const std::string path = folder + "/models/" + name;
  return std::filesystem::exists(path) ? path : "";
}

void expect_sound(const Step& step) {
  const Int8Step& int8 = *step.int8;
  for (const float multiplier : int8.multiplier) {
    EXPECT_TRUE(std::isfinite(multiplier));
    EXPECT_GT(multiplier, 0);
  }
  for (size_t o = 0; o < int8.bias.size(); ++o) {
    const size_t count = int8.weights.size() / int8.bias.size();
    int64_t extreme = std::abs(int64_t{int8.bias[o]});
    for (size_t i = 0; i < count; ++i) extreme += std::abs(int8.weights[o * count + i]) * 128;
    EXPECT_LT(extreme, int64_t{1} << 31) << "output " << o;
  }
}

TEST(RealWeights, ScalesAreFiniteAndSumsFit) {
  const std::string path = weights_of("v5lite-s.param");
  if (path.empty()) GTEST_SKIP() << "no v5lite-s.param in LINNET_TEST_DATA";
  ImportOptions small;
  small.height = small.width = 128;
  const SmallNetwork network(import_file(path, small));
  size_t zero_filters = 0;
  for (const Step& step : network.input().split.program.steps) {
    const size_t count = step.weights.size() / std::max<size_t>(step.bias.size(), 1);
    for (size_t o = 0; o < step.bias.size(); ++o) {
      bool zero = step.bias[o] != 0;
      for (size_t i = 0; i < count; ++i) zero = zero && step.weights[o * count + i] == 0;
      zero_filters += zero;
    }
  }
  EXPECT_EQ(zero_filters, 21u);
  for (int i = 0; i < static_cast<int>(network.all_steps(true).size()); ++i) {
    for (const ChannelSource& source : network.input().flow.output(i)) {
      const Scale& scale = network.input().scales.of(source);
      EXPECT_TRUE(std::isfinite(scale.step) && scale.step > 0);
      EXPECT_TRUE(scale.zero_point >= -128 && scale.zero_point <= 127);
    }
  }
  const QuantizedProgram int8 = quantize_program(network.input(), network.all_steps(false));
  for (const Step& step : int8.program.steps) {
    SCOPED_TRACE(step.name);
    if (step.int8) expect_sound(step);
  }
  EXPECT_GT(network.snr(int8.program), 20);
}

}  // namespace
}  // namespace linnet::test
