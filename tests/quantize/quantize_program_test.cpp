#include "converter/quantize/quantize_program.h"

#include <gtest/gtest.h>

#include <cmath>

#include "converter/emit/emit.h"
#include "tests/quantize/small_network.h"

namespace linnet::test {
namespace {

using namespace converter;

size_t int8_buffers(const Program& program) {
  size_t count = 0;
  for (const Buffer& buffer : program.buffers) count += buffer.dtype == format::kS8;
  return count;
}

TEST(QuantizeProgram, FollowsTheFloats) {
  for (uint32_t seed = 1; seed < 6; ++seed) {
    SCOPED_TRACE(seed);
    const SmallNetwork network(shuffle_detector(seed));
    const QuantizedProgram int8 = quantize_program(network.input(), network.all_steps(false));
    EXPECT_GT(network.snr(int8.program), 20);
    EXPECT_EQ(int8_buffers(int8.program), int8.program.buffers.size() - 3) << "all but the heads";
    for (const int origin : int8.origin) EXPECT_NE(origin, kConversion);
  }
}

TEST(QuantizeProgram, EveryMethodAndSwitchGivesANetworkThatWorks) {
  for (int method = 0; method < 4; ++method) {
    for (const int switches : {0, 1, 6, 7, 15}) {
      if (method != static_cast<int>(RangeMethod::mse) && switches != 7) continue;
      QuantizeOptions options;
      options.scales.method = static_cast<RangeMethod>(method);
      options.scales.equalize = (switches & 1) != 0;
      options.correct_bias = (switches & 2) != 0;
      options.int8_head = (switches & 4) != 0;
      options.round_together = (switches & 8) != 0;
      const SmallNetwork network(shuffle_detector(3), options);
      const QuantizedProgram int8 = quantize_program(network.input(), network.all_steps(false));
      EXPECT_GT(network.snr(int8.program), 12)
          << range_method_name(options.scales.method) << " " << switches;
    }
  }
}

// Squeeze-and-excite, adds across scales, grouped convolutions, …: what has no int8 form stays
// float by itself.
TEST(QuantizeProgram, RandomNetworks) {
  for (uint32_t seed = 100; seed < 115; ++seed) {
    SCOPED_TRACE(seed);
    const SmallNetwork network(random_detector(seed));
    const std::vector<bool> none = network.all_steps(false);
    EXPECT_GT(network.snr(quantize_program(network.input(), none).program), 10);
    std::vector<bool> every_third = none;
    for (size_t i = seed % 3; i < none.size(); i += 3) every_third[i] = true;
    EXPECT_GT(network.snr(quantize_program(network.input(), every_third).program), 10);
    EXPECT_GT(network.snr(quantize_program(network.input(), none, BufferTypes::floats).program),
              10);
  }
}

TEST(QuantizeProgram, AllKeptInFloatsIsTheFloatNetwork) {
  for (uint32_t seed = 100; seed < 110; ++seed) {
    const SmallNetwork network(random_detector(seed));
    const QuantizedProgram floats = quantize_program(network.input(), network.all_steps(true));
    EXPECT_EQ(int8_buffers(floats.program), 0u);
    EXPECT_GT(network.snr(floats.program), 120) << seed;
  }
}

TEST(QuantizeProgram, EachLayerAloneInFloatsOrInInt8) {
  const SmallNetwork network(shuffle_detector(2));
  const double all_int8 =
      network.snr(quantize_program(network.input(), network.all_steps(false)).program);
  for (size_t i = 0; i < network.layers().size(); ++i) {
    std::vector<bool> only(network.layers().size(), false);
    only[i] = true;
    SCOPED_TRACE(network.layers()[i].name);
    const auto one_float = steps_of(network.input().split, network.layers(), only);
    EXPECT_GT(network.snr(quantize_program(network.input(), one_float).program), all_int8 - 3);
    only.flip();
    const auto one_int8 = steps_of(network.input().split, network.layers(), only);
    const QuantizedProgram alone = quantize_program(network.input(), one_int8, BufferTypes::floats);
    EXPECT_GT(network.snr(alone.program), all_int8);
    size_t computing = 0;
    for (const Step& step : alone.program.steps) {
      computing +=
          step.int8.has_value() && step.op != format::k_quantize && step.op != format::k_dequantize;
    }
    const Layer& layer = network.layers()[i];
    EXPECT_EQ(computing, layer.can_be_int8 && layer.computes ? 1u : 0u);
  }
}

TEST(QuantizeProgram, SameBytesTwiceAndForAnyThreads) {
  const auto bytes = [](int threads) {
    const SmallNetwork network(shuffle_detector(4), {}, threads);
    return emit(network.graph(),
                quantize_program(network.input(), network.all_steps(false)).program);
  };
  const std::vector<uint8_t> one = bytes(1);
  EXPECT_EQ(one, bytes(1));
  EXPECT_EQ(one, bytes(2));
}

TEST(Calibration, WeightsThatAreNotFiniteAreRefused) {
  Graph graph = shuffle_detector(1);
  graph.nodes[0].bias[0] = std::numeric_limits<float>::infinity();
  EXPECT_THROW(SmallNetwork{graph}, std::runtime_error);
}

}  // namespace
}  // namespace linnet::test
