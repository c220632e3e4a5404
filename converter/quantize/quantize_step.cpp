#include "converter/quantize/quantize_step.h"

#include <algorithm>
#include <cmath>

namespace linnet::converter {
namespace {

constexpr double kLargestWeight = 127;
constexpr double kLargestBias = 1 << 29;  // of the 31 bits that a sum has

int8_t to_int8(double x) {
  return static_cast<int8_t>(std::clamp(std::nearbyint(x), -128.0, 127.0));
}

// One output channel of a convolution: weights [tap][input] and what they read.
class Filter {
 public:
  Filter(std::vector<double> weights, double bias, std::vector<Scale> in, std::vector<double> mean)
      : weights_(std::move(weights)), bias_(bias), in_(std::move(in)), mean_(std::move(mean)) {}

  // Int8 weights [tap][input] as they are; false if they do not fit what they read.
  bool keep(const std::vector<int8_t>& values, double weight_step, double out_step, Int8Step* to) {
    const double unit = weight_step * step(0);
    const bool one_scale =
        std::all_of(in_.begin(), in_.end(), [&](const Scale& s) { return s.step == in_[0].step; });
    const bool zero = std::all_of(values.begin(), values.end(), [](int8_t v) { return v == 0; });
    if (!one_scale || zero || std::abs(bias_) > unit * kLargestBias) return false;
    double zero_sum = 0;
    for (size_t i = 0; i < values.size(); ++i) zero_sum += double{1} * values[i] * zero_point(i);
    to->weights.insert(to->weights.end(), values.begin(), values.end());
    finish(bias_, zero_sum, unit, out_step, to);
    return true;
  }

  // out_step: 0 if the output is float.
  void quantize(double out_step, bool correct_bias, Int8Step* to) {
    double largest = 0;
    for (size_t i = 0; i < weights_.size(); ++i) {
      largest = std::max(largest, std::abs(weights_[i]) * step(i));
    }
    double unit = std::max(largest / kLargestWeight, std::abs(bias_) / kLargestBias);
    if (unit < 1e-30) unit = out_step > 0 ? out_step : 1;  // all weights zero, no bias
    double zero_sum = 0, bias = bias_;
    for (size_t i = 0; i < weights_.size(); ++i) {
      const double q =
          std::clamp(std::nearbyint(weights_[i] * step(i) / unit), -kLargestWeight, kLargestWeight);
      to->weights.push_back(static_cast<int8_t>(q));
      zero_sum += q * zero_point(i);
      if (correct_bias) bias += (weights_[i] - q * unit / step(i)) * mean_[i % mean_.size()];
    }
    finish(bias, zero_sum, unit, out_step, to);
  }

 private:
  static void finish(double bias, double zero_sum, double unit, double out_step, Int8Step* to) {
    const double sum = std::nearbyint(bias / unit) - zero_sum;
    to->bias.push_back(static_cast<int32_t>(std::clamp(sum, -2.0e9, 2.0e9)));
    to->multiplier.push_back(static_cast<float>(out_step > 0 ? unit / out_step : unit));
  }
  double step(size_t i) const { return in_[i % in_.size()].step; }
  int zero_point(size_t i) const { return in_[i % in_.size()].zero_point; }

  std::vector<double> weights_;  // tap by tap
  double bias_;
  std::vector<Scale> in_;  // of one tap
  std::vector<double> mean_;
};

// Weights of output `o`, [input][tap] in the step and [tap][input] here.
template <typename To, typename From>
std::vector<To> filter_of(const std::vector<From>& weights, size_t o, size_t inputs, size_t taps) {
  std::vector<To> filter(inputs * taps);
  for (size_t i = 0; i < inputs; ++i) {
    for (size_t t = 0; t < taps; ++t) {
      filter[t * inputs + i] = weights[(o * inputs + i) * taps + t];
    }
  }
  return filter;
}

}  // namespace

double activate(Activation activation, double alpha, double x) {
  const double sigmoid = 1 / (1 + std::exp(-x));
  const double hard = std::clamp(x + 3, 0.0, 6.0) / 6;
  switch (activation) {
    case Activation::none:
      return x;
    case Activation::relu:
      return std::max(x, 0.0);
    case Activation::relu6:
      return std::clamp(x, 0.0, 6.0);
    case Activation::leaky_relu:
      return x >= 0 ? x : alpha * x;
    case Activation::silu:
      return x * sigmoid;
    case Activation::hard_swish:
      return x * hard;
    case Activation::sigmoid:
      return sigmoid;
    case Activation::hard_sigmoid:
      return hard;
  }
  return x;
}

Int8Step quantize_dense(const StepContext& context) {
  const Step& step = context.step;
  const size_t outputs = step.bias.size();
  const size_t taps =
      static_cast<size_t>(step.window.kernel_h) * static_cast<size_t>(step.window.kernel_w);
  const size_t inputs = step.weights.size() / outputs / taps;
  const bool depthwise = step.op == format::k_dwconv2d;
  Int8Step int8;
  for (size_t o = 0; o < outputs; ++o) {
    const auto first = static_cast<std::ptrdiff_t>(depthwise ? o : 0);
    const auto n = static_cast<std::ptrdiff_t>(inputs);
    const auto scales = context.in.begin() + first;
    const auto means = context.mean.begin() + first;
    Filter filter(filter_of<double>(step.weights, o, inputs, taps), step.bias[o],
                  {scales, scales + n}, {means, means + n});
    const double out_step = context.out.empty() ? 0 : context.out[o].step;
    const bool kept = step.quantized && !step.quantized->values.empty() &&
                      filter.keep(filter_of<int8_t>(step.quantized->values, o, inputs, taps),
                                  step.quantized->steps[o], out_step, &int8);
    if (!kept) filter.quantize(out_step, context.correct_bias, &int8);
  }
  const auto pads = [&](const Window& w) {
    return (w.pad_top | w.pad_left | w.pad_bottom | w.pad_right) != 0;
  };
  if (pads(step.window)) int8.in_zero_point = static_cast<int8_t>(context.in[0].zero_point);
  if (!context.out.empty()) set_clamp(step.activation, context.out[0], &int8);
  return int8;
}

std::vector<int8_t> activation_table(Activation activation, float alpha, const Scale& in,
                                     const Scale& out) {
  std::vector<int8_t> table;
  for (int q = -128; q < 128; ++q) {
    const double x = static_cast<double>(in.step) * (q - in.zero_point);
    table.push_back(to_int8(activate(activation, alpha, x) / out.step + out.zero_point));
  }
  return table;
}

void set_clamp(Activation activation, const Scale& out, Int8Step* int8) {
  int8->out_zero_point = static_cast<int8_t>(out.zero_point);
  int8->out_low = -128;
  int8->out_high = 127;
  if (activation == Activation::relu || activation == Activation::relu6) {
    int8->out_low = int8->out_zero_point;
  }
  if (activation == Activation::relu6) {
    int8->out_high = to_int8(6.0 / out.step + out.zero_point);
  }
}

}  // namespace linnet::converter
