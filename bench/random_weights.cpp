#include "bench/random_weights.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>
#include <vector>

#include "kernels/dwconv_f32/dwconv_f32.h"
#include "kernels/dwconv_s8/dwconv_s8.h"
#include "kernels/igemm_f32/igemm_f32.h"
#include "kernels/igemm_s8/igemm_s8.h"
#include "kernels/table_s8/table_s8.h"
#include "kernels/winograd_f32/pack.h"
#include "model/conv_segments.h"

namespace linnet::bench {
namespace {

constexpr float kNoObject = -30.0f;  // logit

// Standard deviations of int8 values, and of int8 weights from -1 to 1: cubes of uniform numbers,
// since in trained networks, too, few weights of a channel are near its largest.
constexpr double kSpread = 40.0, kWeightSpread = 0.378;

size_t taps(const format::Node& node) {
  return static_cast<size_t>(node.kernel_h * node.kernel_w);
}

// Floats are uniform with a standard deviation that keeps the variance (K. He et al.,
// arXiv:1502.01852); biases are zero.
class WeightFiller {
 public:
  WeightFiller(const ModelView& model, uint32_t seed) : model_(model), engine_(seed) {}

  void fill(const format::Node& node) {
    auto* weights = static_cast<uint8_t*>(const_cast<void*>(model_.weights(node)));
    auto* floats = reinterpret_cast<float*>(weights);
    const auto inputs = static_cast<size_t>(model_.operand(node, 0).channels());
    const auto outputs = static_cast<size_t>(model_.output(node).channels());
    switch (static_cast<format::WeightLayout>(node.weight_layout)) {
      case format::kNoWeights:
        return;
      case format::kIgemmF32N8k1:
        fill_panels(taps(node) * inputs, outputs, floats);
        return bias_objectness(node, floats);
      case format::kWinogradF32N8k1:
        return fill_winograd(node.parameter, outputs, inputs, floats);
      case format::kDwconvF32K1c8:
        return fill_depthwise(taps(node), inputs, floats);
      case format::kIgemmS8N8k4:
        return fill_panels_s8(node, outputs, weights);
      case format::kDwconvS8K1c8:
        return fill_depthwise_s8(node, inputs, weights);
      case format::kAddS8: {
        constexpr format::AddRecord kHalves = {{0.7f, 0.7f}, {0, 0}, {}};
        std::memcpy(weights, &kHalves, sizeof kHalves);
        return;
      }
      case format::kTableS8:
        return fill_table(weights);
      case format::kScales:
        std::fill_n(floats, outputs, node.op == format::k_quantize ? 20.0f : 0.05f);
    }
  }

 private:
  void fill_panels(size_t k, size_t n, float* weights) {
    const size_t panel = igemm_f32_panel_floats(k);
    for (size_t i = 0; i < igemm_f32_panel_count(n); ++i) {
      float* first = weights + i * panel + kIgemmF32PanelWidth;
      const size_t real = n - i * kIgemmF32PanelWidth;  // outputs of the panel that are no padding
      for (size_t j = 0; j < k * kIgemmF32PanelWidth; ++j) {
        if (j % kIgemmF32PanelWidth < real) {
          first[j] = next(std::sqrt(6.0 / static_cast<double>(k)));
        }
      }
    }
  }

  void fill_winograd(int tile, size_t outputs, size_t inputs, float* weights) {
    std::vector<float> filters(outputs * inputs * 9);
    for (float& x : filters) x = next(std::sqrt(6.0 / static_cast<double>(inputs * 9)));
    const std::vector<float> bias(outputs, 0.0f);
    const std::vector<float> packed =
        pack_winograd_f32(tile, filters.data(), bias.data(), outputs, inputs);
    std::memcpy(weights, packed.data(), packed.size() * sizeof(float));
  }

  void fill_depthwise(size_t taps, size_t channels, float* weights) {
    const size_t row = dwconv_f32_weight_row_floats(channels);
    for (size_t t = 1; t <= taps; ++t) {
      for (size_t c = 0; c < channels; ++c) {
        weights[t * row + c] = next(std::sqrt(3.0 / static_cast<double>(taps)));
      }
    }
  }

  // k: the inputs of a sum, whose weights are from -largest to largest. Sums become values of the
  // spread of int8 values, or numbers about as large as logits.
  static float multiplier_s8(size_t k, double largest, bool to_float) {
    const double spread = std::sqrt(static_cast<double>(k)) * kWeightSpread * largest * kSpread;
    return shortened(static_cast<float>((to_float ? 1.0 : kSpread) / spread));
  }

  void fill_panels_s8(const format::Node& node, size_t outputs, uint8_t* weights) {
    const View in = model_.operand(node, 0);
    const ConvSegments segments(node, in, model_.tensor(in.segments[0].tensor).channels);
    std::vector<size_t> k;
    segments.for_each(node, in, [&](int channels) { k.push_back(static_cast<size_t>(channels)); });
    size_t inputs = 0, padded = 0;
    for (const size_t channels : k) {
      inputs += channels;
      padded += igemm_s8_padded_k(channels);
    }
    // Half of the sums that kSmallSums allows.
    const double largest = std::min(127.0, (1 << 22) / 128.0 / static_cast<double>(inputs));
    const bool to_float = model_.tensor(model_.output(node).segments[0].tensor).dtype == 0;
    const float multiplier = multiplier_s8(inputs, largest, to_float);
    const size_t panel_bytes = igemm_s8_panel_bytes(padded);
    for (size_t o = 0; o < outputs; ++o) {
      uint8_t* panel = weights + o / kIgemmS8PanelWidth * panel_bytes;
      const size_t lane = o % kIgemmS8PanelWidth;
      auto* header = reinterpret_cast<IgemmS8PanelHeader*>(panel);
      header->multiplier[lane] = multiplier;
      if (is_objectness(node, o)) {
        header->bias[lane] = static_cast<int32_t>(kNoObject / multiplier);
      }
      size_t group = 0;
      for (const size_t channels : k) {
        for (size_t i = 0; i < channels; ++i) {
          panel[sizeof(IgemmS8PanelHeader) +
                ((group + i / kIgemmS8Group) * kIgemmS8PanelWidth + lane) * kIgemmS8Group +
                i % kIgemmS8Group] = next_s8(largest);
        }
        group += igemm_s8_padded_k(channels) / kIgemmS8Group;
      }
    }
    if ((node.parameter & format::kHasTable) != 0) {
      fill_table(weights + node.weight_bytes - kTableS8Entries);
    }
  }

  void fill_depthwise_s8(const format::Node& node, size_t channels, uint8_t* weights) {
    const size_t row = dwconv_s8_row_channels(channels);
    auto* multipliers = reinterpret_cast<float*>(weights + row * sizeof(int32_t));
    uint8_t* first = weights + row * (sizeof(int32_t) + sizeof(float));
    std::fill_n(multipliers, channels, multiplier_s8(taps(node), 127, false));
    for (size_t t = 0; t < taps(node); ++t) {
      for (size_t c = 0; c < channels; ++c) first[t * row + c] = next_s8(127);
    }
    if ((node.parameter & format::kHasTable) != 0) {
      fill_table(weights + node.weight_bytes - kTableS8Entries);
    }
  }

  // Like SiLU: what is below zero becomes small.
  static void fill_table(uint8_t* table) {
    for (int q = -128; q < 128; ++q) {
      table[q + 128] = static_cast<uint8_t>(static_cast<int8_t>(q < 0 ? q / 8 : q));
    }
  }

  bool is_objectness(const format::Node& node, size_t output) const {
    const View out = model_.output(node);
    const int values = 5 + model_.header().class_count;
    for (int h = 0; h < model_.head_count(); ++h) {
      if (out.segments[0].tensor != model_.head(h).tensor) continue;
      auto channel = static_cast<int>(output);
      for (int s = 0; s < out.count; ++s) {
        const format::Segment& segment = out.segments[s];
        if (channel < segment.channels) return (segment.channel + channel) % values == 4;
        channel -= segment.channels;
      }
    }
    return false;
  }

  void bias_objectness(const format::Node& node, float* weights) const {
    const size_t panel = igemm_f32_panel_floats(
        taps(node) * static_cast<size_t>(model_.operand(node, 0).channels()));
    const auto outputs = static_cast<size_t>(model_.output(node).channels());
    for (size_t o = 0; o < outputs; ++o) {
      if (is_objectness(node, o)) {
        weights[o / kIgemmF32PanelWidth * panel + o % kIgemmF32PanelWidth] = kNoObject;
      }
    }
  }

  double uniform() { return static_cast<double>(engine_()) / 2147483648.0 - 1.0; }
  float next(double bound) { return static_cast<float>(uniform() * bound); }
  uint8_t next_s8(double largest) {
    const double x = uniform();
    return static_cast<uint8_t>(static_cast<int8_t>(x * x * x * largest));
  }

  const ModelView& model_;
  std::mt19937 engine_;
};

}  // namespace

void fill_with_random_weights(const ModelView& model, uint32_t seed) {
  WeightFiller filler(model, seed);
  for (int i = 0; i < model.node_count(); ++i) filler.fill(model.node(i));
}

}  // namespace linnet::bench
