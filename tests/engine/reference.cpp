#include "tests/engine/reference.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "tests/engine/reference_windows.h"

namespace linnet::test {
namespace {

using format::Node;

Map max_pool(const Node& n, const Map& in) {
  return fill(slide(n, in, in.channels), [&](int oy, int ox, int c) {
    double best = -3.4028234663852886e38;
    for_each_tap(n, in, oy, ox, [&](int, int y, int x) { best = std::max(best, in.at(y, x, c)); });
    return best;
  });
}

Map avg_pool(const Node& n, const Map& in) {
  return fill(slide(n, in, in.channels), [&](int oy, int ox, int c) {
    double sum = 0;
    int taps = 0;
    for_each_tap(n, in, oy, ox, [&](int, int y, int x) {
      sum += in.at(y, x, c);
      ++taps;
    });
    const int divisor = n.parameter == 1 ? n.kernel_h * n.kernel_w : std::max(taps, 1);
    return sum / divisor;
  });
}

Map global_avg_pool(const Map& in) {
  return fill(Map(1, 1, in.channels), [&](int, int, int c) {
    double sum = 0;
    for (int y = 0; y < in.height; ++y) {
      for (int x = 0; x < in.width; ++x) sum += in.at(y, x, c);
    }
    return sum / in.height / in.width;
  });
}

template <typename Op>
Map combine(const Node& n, const Map& a, const Map& b, const Op& op) {
  const bool broadcast = b.height == 1 && b.width == 1;
  return fill(Map(a.height, a.width, a.channels), [&](int y, int x, int c) {
    return reference_activation(op(a.at(y, x, c), broadcast ? b.at(0, 0, c) : b.at(y, x, c)), n);
  });
}

Map channel_shuffle(const Node& n, const Map& in) {
  const int each = in.channels / n.parameter;
  return fill(Map(in.height, in.width, in.channels), [&](int y, int x, int c) {
    return in.at(y, x, c % n.parameter * each + c / n.parameter);
  });
}

Map upsample(const Node& n, const Map& in) {
  return fill(Map(in.height * n.parameter, in.width * n.parameter, in.channels),
              [&](int y, int x, int c) { return in.at(y / n.parameter, x / n.parameter, c); });
}

Map space_to_depth(const Node& n, const Map& in) {
  const int f = n.parameter;
  return fill(Map(in.height / f, in.width / f, in.channels * f * f), [&](int y, int x, int c) {
    const int block = c / in.channels;
    return in.at(y * f + block / f, x * f + block % f, c % in.channels);
  });
}

}  // namespace

double reference_activation(double x, const Node& node) {
  const double ramp = std::clamp(x + 3, 0.0, 6.0) / 6;
  switch (static_cast<Activation>(node.activation)) {
    case Activation::none:
      return x;
    case Activation::relu:
      return std::max(x, 0.0);
    case Activation::relu6:
      return std::clamp(x, 0.0, 6.0);
    case Activation::leaky_relu:
      return x < 0 ? x * node.activation_alpha : x;
    case Activation::silu:
      return x / (1 + std::exp(-x));
    case Activation::hard_swish:
      return x * ramp;
    case Activation::sigmoid:
      return 1 / (1 + std::exp(-x));
    case Activation::hard_sigmoid:
      return ramp;
  }
  throw std::logic_error("unknown activation");
}

Reference::Reference(const void* file, int height, int width, const float* input) : model_(file) {
  tensors_.resize(static_cast<size_t>(model_.tensor_count()));
  tensors_[0] = Map(height, width, 3);
  std::copy_n(input, tensors_[0].values.size(), tensors_[0].values.begin());
  if (model_.tensor(0).dtype == format::kS8) {
    for (double& x : tensors_[0].values) {
      x = std::clamp(std::nearbyint(x * 255) - 128, -128.0, 127.0);
    }
  }
}

void Reference::run() {
  for (int i = 0; i < model_.node_count(); ++i) step(i);
}

void Reference::step(int index) {
  const Node& node = model_.node(index);
  write(model_.output(node), evaluate(node));
}

Map Reference::read(const View& view) const {
  const format::Segment& first = view.segments[0];
  const Map& whole = tensors_[first.tensor];
  Map map(whole.height << first.upsample_shift, whole.width << first.upsample_shift,
          view.channels());
  int channel = 0;
  for (int i = 0; i < view.count; ++i) {
    const format::Segment& s = view.segments[i];
    for (int y = 0; y < map.height; ++y) {
      for (int x = 0; x < map.width; ++x) {
        for (int c = 0; c < s.channels; ++c) {
          map.at(y, x, channel + c) =
              tensors_[s.tensor].at(y >> s.upsample_shift, x >> s.upsample_shift, s.channel + c);
        }
      }
    }
    channel += s.channels;
  }
  return map;
}

void Reference::write(const View& view, const Map& map) {
  int channel = 0;
  for (int i = 0; i < view.count; ++i) {
    const format::Segment& s = view.segments[i];
    Map& tensor = tensors_[s.tensor];
    if (tensor.values.empty()) {
      tensor = Map(map.height, map.width, model_.tensor(s.tensor).channels);
    }
    for (int y = 0; y < map.height; ++y) {
      for (int x = 0; x < map.width; ++x) {
        for (int c = 0; c < s.channels; ++c) {
          tensor.at(y, x, s.channel + c) = map.at(y, x, channel + c);
        }
      }
    }
    channel += s.channels;
  }
}

// Layout n8k1: panels of 8 outputs: 8 biases, then K rows of 8 weights, K running tap by tap, then
// input by input; a panel is padded to 64 bytes.
Map Reference::conv2d(const Node& n, const Map& in) const {
  const auto* packed = static_cast<const float*>(model_.weights(n));
  const int taps = n.kernel_h * n.kernel_w;
  const int panel_floats = ((taps * in.channels + 1) * 8 + 15) / 16 * 16;
  return fill(slide(n, in, model_.output(n).channels()), [&](int oy, int ox, int o) {
    const float* panel = packed + static_cast<ptrdiff_t>(o / 8) * panel_floats + o % 8;
    double sum = panel[0];
    for_each_tap(n, in, oy, ox, [&](int tap, int y, int x) {
      for (int c = 0; c < in.channels; ++c) {
        sum += in.at(y, x, c) * panel[(1 + tap * in.channels + c) * 8];
      }
    });
    return reference_activation(sum, n);
  });
}

// The filter that was transformed: rows 0 and last of G pick its first and last value, the
// difference of rows 1 and 2 the middle one.
double winograd_filter(const double (&u)[6][6], int patch, int y, int x) {
  const double scale = patch == 6 ? 3 : 1;
  const double first = patch == 6 ? 4 : 1;
  const double sign = patch == 6 ? -1 : 1;
  const auto pick = [&](int k, const auto& row) {
    if (k == 0) return first * row(0);
    return k == 2 ? row(patch - 1) : sign * scale * (row(1) - row(2));
  };
  return pick(y, [&](int i) { return pick(x, [&](int j) { return u[i][j]; }); });
}

// Biases, padded to 16; then panels as of conv2d for each position of the patch.
Map Reference::winograd_conv2d(const Node& n, const Map& in) const {
  const int outputs = model_.output(n).channels(), patch = n.parameter + 2;
  const auto* bias = static_cast<const float*>(model_.weights(n));
  const float* panels = bias + (outputs + 15) / 16 * 16;
  const int panel_floats = ((in.channels + 1) * 8 + 15) / 16 * 16;
  std::vector<double> filters(static_cast<size_t>(outputs * in.channels * 9));
  for (int o = 0; o < outputs; ++o) {
    for (int c = 0; c < in.channels; ++c) {
      double u[6][6];
      for (int p = 0; p < patch * patch; ++p) {
        const ptrdiff_t panel = static_cast<ptrdiff_t>(p * ((outputs + 7) / 8) + o / 8);
        u[p / patch][p % patch] = panels[panel * panel_floats + (1 + c) * 8 + o % 8];
      }
      for (int t = 0; t < 9; ++t) {
        filters[static_cast<size_t>((o * in.channels + c) * 9 + t)] =
            winograd_filter(u, patch, t / 3, t % 3);
      }
    }
  }
  return fill(slide(n, in, outputs), [&](int oy, int ox, int o) {
    double sum = bias[o];
    for_each_tap(n, in, oy, ox, [&](int tap, int y, int x) {
      for (int c = 0; c < in.channels; ++c) {
        sum += in.at(y, x, c) * filters[static_cast<size_t>((o * in.channels + c) * 9 + tap)];
      }
    });
    return reference_activation(sum, n);
  });
}

// Layout k1c8: a row of biases, then a row of weights for each tap; rows padded to 8 channels.
Map Reference::dwconv2d(const Node& n, const Map& in) const {
  const auto* packed = static_cast<const float*>(model_.weights(n));
  const int row = (in.channels + 7) / 8 * 8;
  return fill(slide(n, in, in.channels), [&](int oy, int ox, int c) {
    double sum = packed[c];
    for_each_tap(n, in, oy, ox, [&](int tap, int y, int x) {
      sum += in.at(y, x, c) * packed[(1 + tap) * row + c];
    });
    return reference_activation(sum, n);
  });
}

Map Reference::evaluate(const Node& node) const {
  const Map in = read(model_.operand(node, 0));
  const bool int8 = type_of(model_.operand(node, 0)) == format::kS8;
  if (int8 || node.op == format::k_quantize) return evaluate_s8(node, in);
  return evaluate_op(node, in);
}

// Ops on floats, and those that only move or compare values.
Map Reference::evaluate_op(const Node& node, const Map& in) const {
  switch (node.op) {
    case format::k_conv2d:
      return conv2d(node, in);
    case format::k_winograd_conv2d:
      return winograd_conv2d(node, in);
    case format::k_dwconv2d:
      return dwconv2d(node, in);
    case format::k_max_pool:
      return max_pool(node, in);
    case format::k_avg_pool:
      return avg_pool(node, in);
    case format::k_global_avg_pool:
      return global_avg_pool(in);
    case format::k_add:
      return combine(node, in, read(model_.operand(node, 1)),
                     [](double a, double b) { return a + b; });
    case format::k_mul:
      return combine(node, in, read(model_.operand(node, 1)),
                     [](double a, double b) { return a * b; });
    case format::k_activation:
      return fill(in,
                  [&](int y, int x, int c) { return reference_activation(in.at(y, x, c), node); });
    case format::k_copy:
    case format::k_concat:
      return in;
    case format::k_channel_shuffle:
      return channel_shuffle(node, in);
    case format::k_upsample:
      return upsample(node, in);
    case format::k_space_to_depth:
      return space_to_depth(node, in);
    default:
      throw std::logic_error("the reference lacks this operator");
  }
}

}  // namespace linnet::test
