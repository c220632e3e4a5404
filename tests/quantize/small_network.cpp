#include "tests/quantize/small_network.h"

#include <cmath>
#include <limits>

namespace linnet::test {

using namespace converter;

std::vector<host::Image> made_up_pictures(int count, int extent, uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<host::Image> pictures;
  for (int i = 0; i < count; ++i) {
    host::Image& picture = pictures.emplace_back(extent, extent);
    const int a = static_cast<int>(random() % 9) + 1, b = static_cast<int>(random() % 9) + 1;
    for (int y = 0; y < extent; ++y) {
      for (int x = 0; x < extent; ++x) {
        for (int c = 0; c < 3; ++c) {
          const int soft = (x * a + y * b * (c + 1)) % 200;
          picture.pixel(x, y)[c] = static_cast<uint8_t>(soft + static_cast<int>(random() % 56));
        }
      }
    }
  }
  return pictures;
}

SmallNetwork::SmallNetwork(const Graph& graph, const QuantizeOptions& options, int threads)
    : pictures_(made_up_pictures(4, 64, 7)) {
  ConvertOptions convert_options;
  convert_options.winograd = false;
  floats_ = convert(graph, convert_options);
  split_ = split_activations(floats_.program);
  layers_ = layers_of(split_);
  RunOptions run;
  run.threads = threads;
  calibration_ =
      calibrate(floats_.graph, split_.program, pictures_, options.round_together, run, {});
  input_ = std::make_unique<QuantizeInput>(split_, calibration_, options);
}

std::vector<bool> SmallNetwork::all_steps(bool value) const {
  return std::vector<bool>(split_.program.steps.size(), value);
}

double SmallNetwork::snr(const Program& program) const {
  ProgramRun floats(floats_.graph, floats_.program, {}), other(floats_.graph, program, {});
  double signal = 0, noise = 0;
  for (const host::Image& picture : pictures_) {
    floats.run(picture);
    other.run(picture);
    const HeadValues expected = floats.heads(), found = other.heads();
    for (size_t h = 0; h < expected.size(); ++h) {
      for (size_t i = 0; i < expected[h].size(); ++i) {
        const double difference = double{expected[h][i]} - found[h][i];
        signal += double{expected[h][i]} * expected[h][i];
        noise += difference * difference;
      }
    }
  }
  return noise > 0 ? 10 * std::log10(signal / noise) : std::numeric_limits<double>::infinity();
}

Graph shuffle_detector(uint32_t seed) {
  GraphBuilder b(seed);
  constexpr int kWidth = 16;
  auto x = b.pool(b.conv(b.input(), 8, 3, 2, 1, Activation::relu), 3, 2);
  x = b.conv(x, kWidth, 3, 2, 1, Activation::silu);
  for (int i = 0; i < 3; ++i) {
    const auto left = b.slice(x, 0, kWidth / 2);
    auto right = b.conv(b.slice(x, kWidth / 2, kWidth), 8, 1, 1, 1, Activation::relu);
    right = b.conv(b.depthwise(right, 3, 1), 8, 1, 1, 1, Activation::relu6);
    x = b.shuffle(b.concat({left, right}), 2);
  }
  x = b.pair(converter::NodeKind::add, x, b.conv(x, kWidth, 1, 1, 1, Activation::hard_swish));
  const auto p4 = b.conv(x, 12, 3, 2, 1, Activation::leaky_relu);
  const auto p5 = b.conv(p4, 12, 3, 2, 1, Activation::silu);
  const auto up = b.concat({b.upsample(p5, 2), p4});
  return b.finish(x, b.conv(up, 12, 1, 1), p5);
}

}  // namespace linnet::test
