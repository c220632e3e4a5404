#include "converter/quantize/layer_quality.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace linnet::converter {
namespace {

constexpr int kCodes = 256;
constexpr int kLowest = -128, kHighest = 127;

// Sums over the values of one layer.
struct Sums {
  double signal = 0, other = 0, product = 0, noise = 0;
  uint64_t values = 0, saturated = 0;
  std::array<bool, kCodes> codes{};

  void add(double reference, double value) {
    signal += reference * reference;
    other += value * value;
    product += reference * value;
    noise += (reference - value) * (reference - value);
    ++values;
  }

  void add_code(double reference, int code, const Scale& scale) {
    add(reference, static_cast<double>(scale.step) * (code - scale.zero_point));
    codes[static_cast<size_t>(code - kLowest)] = true;
    const double exact = reference / scale.step + scale.zero_point;
    saturated +=
        (code == kLowest && exact < kLowest - 0.5) || (code == kHighest && exact > kHighest + 0.5);
  }

  void write(LayerQuality* to) const {
    to->snr_db =
        noise > 0 ? 10 * std::log10(signal / noise) : std::numeric_limits<double>::infinity();
    const double norm = std::sqrt(signal * other);
    to->cosine = norm > 0 ? product / norm : (noise > 0 ? 0 : 1);
    to->saturated =
        static_cast<double>(saturated) / static_cast<double>(std::max<uint64_t>(values, 1));
    const auto used = std::count(codes.begin(), codes.end(), true);
    to->bits = used > 0 ? std::log2(static_cast<double>(used)) : 0;
  }
};

class SideBySide {
 public:
  SideBySide(const Graph& graph, const QuantizeInput& input, const std::vector<Layer>& layers,
             const QuantizedProgram& quantized, const RunOptions& options)
      : input_(input),
        quantized_(quantized),
        layer_of_(input.split.program.steps.size(), -1),
        values_(layers.size()),
        sums_(layers.size()),
        result_(layers.size()),
        floats_(graph, input.split.program, options, [this](size_t step) { keep(step); }),
        int8_(graph, quantized.program, options, [this](size_t step) { compare(step); }) {
    for (size_t i = 0; i < layers.size(); ++i) {
      layer_of_[static_cast<size_t>(layers[i].last)] = static_cast<int>(i);
      const auto last = static_cast<size_t>(layers[i].last);
      const StepStatistics& seen = input.calibration.steps[last];
      result_[i].seen = {seen.first, seen.last};
    }
    for (size_t j = 0; j < quantized.origin.size(); ++j) describe(j, layers);
  }

  void see(const host::Image& picture) {
    floats_.run(picture);
    int8_.run(picture);
  }

  std::vector<LayerQuality> take() {
    for (size_t i = 0; i < result_.size(); ++i) sums_[i].write(&result_[i]);
    return std::move(result_);
  }

 private:
  bool makes_int8(const Step& step) const {
    return quantized_.program.buffers[step.output[0].tensor].dtype == format::kS8;
  }

  void describe(size_t j, const std::vector<Layer>& layers) {
    if (quantized_.origin[j] == kConversion) return;
    const Step& step = quantized_.program.steps[j];
    const auto i = static_cast<size_t>(layer_of_[static_cast<size_t>(quantized_.origin[j])]);
    result_[i].int8 = quantized_.program.buffers[step.operands[0][0].tensor].dtype == format::kS8;
    result_[i].measured = makes_int8(step) && layers[i].computes;
    if (result_[i].measured) result_[i].chosen = input_.scales.range(quantized_.origin[j]);
  }

  // The values of a step's output in the order of its view, in floats.
  template <typename Visit>
  static void for_each_value(ProgramRun* run, const Step& step, const Visit& visit) {
    size_t channel = 0;
    for (const format::Segment& part : step.output) {
      const linnet_tensor t = run->tensor(part.tensor);
      const auto pixels = static_cast<size_t>(t.height) * static_cast<size_t>(t.width);
      for (size_t p = 0; p < pixels; ++p) {
        for (size_t c = 0; c < part.channels; ++c) {
          visit(t, p * t.pixel_stride + part.channel + c, channel + c);
        }
      }
      channel += part.channels;
    }
  }

  void keep(size_t index) {
    if (layer_of_[index] < 0) return;
    const auto i = static_cast<size_t>(layer_of_[index]);
    const Step& step = input_.split.program.steps[index];
    const linnet_tensor t = floats_.tensor(step.output[0].tensor);
    result_[i].height = t.height;
    result_[i].width = t.width;
    result_[i].channels = channel_count(step.output);
    values_[i].clear();
    for_each_value(&floats_, step, [&](const linnet_tensor& from, size_t at, size_t) {
      values_[i].push_back(from.data[at]);
    });
  }

  void compare(size_t index) {
    const int origin = quantized_.origin[index];
    if (origin == kConversion) return;
    const auto i = static_cast<size_t>(layer_of_[static_cast<size_t>(origin)]);
    const Step& step = quantized_.program.steps[index];
    std::vector<Scale> scales;
    for (const ChannelSource& source : input_.flow.output(origin)) {
      scales.push_back(input_.scales.of(source));
    }
    auto reference = values_[i].begin();
    const bool int8 = makes_int8(step);
    for_each_value(&int8_, step, [&](const linnet_tensor& from, size_t at, size_t channel) {
      if (int8) {
        sums_[i].add_code(*reference++, from.data_s8[at], scales[channel]);
      } else {
        sums_[i].add(*reference++, from.data[at]);
      }
    });
  }

  const QuantizeInput& input_;
  const QuantizedProgram& quantized_;
  std::vector<int> layer_of_;               // of each step of the split program; -1: cut off
  std::vector<std::vector<float>> values_;  // in floats, of the picture being seen
  std::vector<Sums> sums_;
  std::vector<LayerQuality> result_;
  ProgramRun floats_, int8_;
};

}  // namespace

std::vector<LayerQuality> measure_layers(const Graph& graph, const QuantizeInput& input,
                                         const std::vector<Layer>& layers,
                                         const QuantizedProgram& quantized,
                                         const std::vector<const host::Image*>& pictures,
                                         const RunOptions& options, const ProgressCall& progress) {
  SideBySide both(graph, input, layers, quantized, options);
  for (size_t i = 0; i < pictures.size(); ++i) {
    if (progress) progress("layers", i, pictures.size());
    both.see(*pictures[i]);
  }
  return both.take();
}

}  // namespace linnet::converter
