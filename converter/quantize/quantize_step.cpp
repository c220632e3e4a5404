#include "converter/quantize/quantize_step.h"

#include <algorithm>
#include <cmath>

#include "converter/quantize/weight_rounding.h"
#include "kernels/requantize.h"

namespace linnet::converter {

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

  // What the weights become multiples of. out_step: 0 if the output is float; weight_step: of a
  // quantized source file, else 0.
  double unit(double out_step, double weight_step) const {
    double largest = 0;
    for (size_t i = 0; i < weights_.size(); ++i) {
      largest = std::max(largest, std::abs(weights_[i]) * step(i));
    }
    double unit = std::max(largest / kLargestWeight, std::abs(bias_) / kLargestBias);
    if (unit < 1e-30) unit = out_step > 0 ? out_step : 1;  // all weights zero, no bias
    return weight_step > 0 && largest > 0 ? nearest_unit(weight_step, unit) : unit;
  }
  std::vector<int8_t> to_nearest(double unit) const {
    std::vector<int8_t> q;
    for (size_t i = 0; i < weights_.size(); ++i) q.push_back(static_cast<int8_t>(rounded(i, unit)));
    return q;
  }
  std::vector<int8_t> together(const WeightRounding& rounding, double unit) const {
    std::vector<double> q;
    for (size_t i = 0; i < weights_.size(); ++i) q.push_back(weights_[i] * step(i) / unit);
    rounding.round(kLargestWeight, &q);
    return {q.begin(), q.end()};
  }

  // q: the weights in multiples of `unit`.
  void quantize(const std::vector<int8_t>& q, double unit, double out_step, bool correct_bias,
                Int8Step* to) const {
    double zero_sum = 0, bias = bias_;
    for (size_t i = 0; i < weights_.size(); ++i) {
      zero_sum += q[i] * zero_point(i);
      if (correct_bias) bias += (weights_[i] - q[i] * unit / step(i)) * mean_[i % mean_.size()];
    }
    to->weights.insert(to->weights.end(), q.begin(), q.end());
    const double sum = std::nearbyint(bias / unit) - zero_sum;
    to->bias.push_back(static_cast<int32_t>(std::clamp(sum, -2.0e9, 2.0e9)));
    to->multiplier.push_back(shortened(static_cast<float>(out_step > 0 ? unit / out_step : unit)));
  }

 private:
  double rounded(size_t i, double unit) const {
    return std::clamp(std::nearbyint(weights_[i] * step(i) / unit), -kLargestWeight,
                      kLargestWeight);
  }

  // Weights in steps of `weight_step` come back as they were if all inputs have one scale. If not,
  // those that read one of the scales can; or all are rounded again, to `fallback`: whatever errs
  // least.
  double nearest_unit(double weight_step, double fallback) const {
    constexpr size_t kMostScales = 8;
    std::vector<double> units;
    for (size_t i = 0; i < in_.size() && units.size() < kMostScales; ++i) {
      const double unit = weight_step * in_[i].step;
      const bool is_new = std::find(units.begin(), units.end(), unit) == units.end();
      if (is_new && std::abs(bias_) <= unit * kLargestBias) units.push_back(unit);
    }
    double best = fallback, least = squared_error(fallback);
    for (const double unit : units) {
      constexpr double kExact = 1e-6;  // what floats cannot hold of a whole number, squared
      const double error = squared_error(unit);
      if (error <= kExact * unit * unit) return unit;
      if (error < least) {
        best = unit;
        least = error;
      }
    }
    return best;
  }

  double squared_error(double unit) const {
    double sum = 0;
    for (size_t i = 0; i < weights_.size(); ++i) {
      const double error = weights_[i] * step(i) - rounded(i, unit) * unit;
      sum += error * error;
    }
    return sum;
  }

  double step(size_t i) const { return in_[i % in_.size()].step; }
  int zero_point(size_t i) const { return in_[i % in_.size()].zero_point; }

  std::vector<double> weights_;  // tap by tap
  double bias_;
  std::vector<Scale> in_;  // of one tap
  std::vector<double> mean_;
};

size_t taps(const Step& step) {
  return static_cast<size_t>(step.window.kernel_h) * static_cast<size_t>(step.window.kernel_w);
}

// in, mean: of each channel of what the step reads.
Filter filter_of(const Step& step, size_t output, const std::vector<Scale>& in,
                 const std::vector<float>& mean) {
  const size_t inputs = step.weights.size() / step.bias.size() / taps(step);
  std::vector<double> weights(inputs * taps(step));
  for (size_t i = 0; i < inputs; ++i) {
    for (size_t t = 0; t < taps(step); ++t) {
      weights[t * inputs + i] = step.weights[(output * inputs + i) * taps(step) + t];
    }
  }
  const auto first = static_cast<std::ptrdiff_t>(step.op == format::k_dwconv2d ? output : 0);
  const auto n = static_cast<std::ptrdiff_t>(inputs);
  const auto scales = in.begin() + first;
  const auto means = mean.begin() + first;
  return {std::move(weights), step.bias[output], {scales, scales + n}, {means, means + n}};
}

// The i-th of `count` parts.
std::vector<int8_t> part(const std::vector<int8_t>& all, size_t i, size_t count) {
  const auto size = static_cast<std::ptrdiff_t>(all.size() / count);
  const auto first = all.begin() + static_cast<std::ptrdiff_t>(i) * size;
  return {first, first + size};
}

// A channel that has one value whatever the inputs (a dead filter, say, whose bias is far below the
// range) gets that value from its bias alone. Such biases would make the sums of a whole layer
// large (RequantizeS8::small).
void fold_constant_channels(Int8Step* int8) {
  const RequantizeS8 to = {int8->out_zero_point, int8->out_low, int8->out_high};
  const size_t k = int8->weights.size() / int8->bias.size();
  for (size_t c = 0; c < int8->bias.size(); ++c) {
    const auto first = int8->weights.begin() + static_cast<std::ptrdiff_t>(c * k);
    const auto last = first + static_cast<std::ptrdiff_t>(k);
    int64_t least = int8->bias[c], most = least;
    for (auto w = first; w != last; ++w) {
      least += std::min(*w * -128, *w * 127);
      most += std::max(*w * -128, *w * 127);
    }
    if (least < INT32_MIN || most > INT32_MAX) continue;  // might wrap around
    float& multiplier = int8->multiplier[c];
    const int8_t value = requantize_s8(static_cast<int32_t>(least), multiplier, to);
    if (value != requantize_s8(static_cast<int32_t>(most), multiplier, to)) continue;
    std::fill(first, last, int8_t{0});
    int8->bias[c] = value - to.zero_point;
    multiplier = 1;
  }
}

}  // namespace

Int8Step quantize_dense(const StepContext& context) {
  const Step& step = context.step;
  Int8Step int8;
  for (size_t o = 0; o < step.bias.size(); ++o) {
    const Filter filter = filter_of(step, o, context.in, context.mean);
    const double out_step = context.out.empty() ? 0 : context.out[o].step;
    const double unit = filter.unit(out_step, step.weight_steps.empty() ? 0 : step.weight_steps[o]);
    const std::vector<int8_t> q = context.rounded == nullptr
                                      ? filter.to_nearest(unit)
                                      : part(*context.rounded, o, step.bias.size());
    filter.quantize(q, unit, out_step, context.correct_bias, &int8);
  }
  if (step.window.pads()) int8.in_zero_point = static_cast<int8_t>(context.in[0].zero_point);
  if (!context.out.empty()) {
    set_clamp(step.activation, context.out[0], &int8);
    fold_constant_channels(&int8);
  }
  return int8;
}

std::vector<int8_t> round_dense(const Step& step, const std::vector<Scale>& in,
                                const PatchMoments& moments, bool correct_bias) {
  std::vector<double> steps;
  for (size_t t = 0; t < taps(step); ++t) {
    for (const Scale& scale : in) steps.push_back(scale.step);
  }
  const WeightRounding rounding(moments, steps, correct_bias);
  const std::vector<float> mean(in.size(), 0);  // does not matter here
  std::vector<int8_t> rounded;
  for (size_t o = 0; o < step.bias.size(); ++o) {
    const Filter filter = filter_of(step, o, in, mean);
    const std::vector<int8_t> q = filter.together(rounding, filter.unit(1, 0));
    rounded.insert(rounded.end(), q.begin(), q.end());
  }
  return rounded;
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
