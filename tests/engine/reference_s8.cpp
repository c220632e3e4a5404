// The reference's int8 operators. Values are whole numbers in double; sums are exact, and what is
// rounded is rounded as docs/quantization.md says.
#include <cmath>
#include <cstring>
#include <stdexcept>

#include "kernels/igemm_s8/igemm_s8.h"
#include "model/conv_segments.h"
#include "tests/engine/reference_windows.h"

namespace linnet::test {
namespace {

float as_float(double x) {
  return static_cast<float>(x);
}

double finish(const Node& n, float x) {
  const auto low = static_cast<float>(n.out_low - n.out_zero_point);
  const auto high = static_cast<float>(n.out_high - n.out_zero_point);
  if (!(x > low)) x = low;
  if (x > high) x = high;
  return std::nearbyint(x) + n.out_zero_point;
}

double requantize(const Node& n, double sum, float multiplier) {
  return finish(n, as_float(sum) * multiplier);
}

// The table that ends the weights, if there is one.
double look_up(const Node& n, const uint8_t* weights, double q) {
  if ((n.parameter & format::kHasTable) == 0) return q;
  const auto* table = reinterpret_cast<const int8_t*>(weights + n.weight_bytes - 256);
  return table[static_cast<int>(q) + 128];
}

// As for_each_tap, but of all taps; y is -1 for those in the padding.
template <typename Take>
void for_every_tap(const Node& n, const Map& in, int oy, int ox, const Take& take) {
  for (int t = 0; t < n.kernel_h * n.kernel_w; ++t) {
    const int y = oy * n.stride_h - n.pad_top + t / n.kernel_w * n.dilation_h;
    const int x = ox * n.stride_w - n.pad_left + t % n.kernel_w * n.dilation_w;
    const bool inside = y >= 0 && y < in.height && x >= 0 && x < in.width;
    take(t, inside ? y : -1, x);
  }
}

// Where a panel holds the first output's weight of each [tap][channel]: bytes from the panel's
// weights. Segments are padded to 4 values.
std::vector<size_t> weight_places(const Node& n, const View& in, int tensor_channels) {
  std::vector<size_t> places;
  size_t group = 0;
  const ConvSegments segments(n, in, tensor_channels);
  segments.for_each(n, in, [&](int count) {
    for (int i = 0; i < count; ++i) {
      places.push_back((group + static_cast<size_t>(i) / 4) * 32 + static_cast<size_t>(i) % 4);
    }
    group += (static_cast<size_t>(count) + 3) / 4;
  });
  return places;
}

}  // namespace

Map Reference::conv2d_s8(const Node& n, const Map& in) const {
  const View view = model_.operand(n, 0);
  const std::vector<size_t> places =
      weight_places(n, view, model_.tensor(view.segments[0].tensor).channels);
  const size_t values = places.back() / 32 * 32 + 32;
  const size_t panel_bytes = (sizeof(IgemmS8PanelHeader) + values + 63) / 64 * 64;
  const auto* packed = static_cast<const uint8_t*>(model_.weights(n));
  const bool to_float = type_of(model_.output(n)) == format::kF32;
  return fill(slide(n, in, model_.output(n).channels()), [&](int oy, int ox, int o) {
    const uint8_t* panel = packed + static_cast<size_t>(o / 8) * panel_bytes;
    IgemmS8PanelHeader header;
    std::memcpy(&header, panel, sizeof header);
    const auto* weights =
        reinterpret_cast<const int8_t*>(panel) + sizeof header + static_cast<size_t>(o % 8) * 4;
    double sum = header.bias[o % 8];
    for_every_tap(n, in, oy, ox, [&](int tap, int y, int x) {
      for (int c = 0; c < in.channels; ++c) {
        const double value = y < 0 ? n.in_zero_point : in.at(y, x, c);
        sum += value * weights[places[static_cast<size_t>(tap * in.channels + c)]];
      }
    });
    const float multiplier = header.multiplier[o % 8];
    if (to_float) return static_cast<double>(as_float(sum) * multiplier);
    return look_up(n, packed, requantize(n, sum, multiplier));
  });
}

// A row of int32 biases, one of float multipliers, one of int8 weights for each tap.
Map Reference::dwconv2d_s8(const Node& n, const Map& in) const {
  const auto* packed = static_cast<const uint8_t*>(model_.weights(n));
  const auto row = static_cast<size_t>((in.channels + 7) / 8 * 8);
  const auto* biases = reinterpret_cast<const int32_t*>(packed);
  const auto* multipliers = reinterpret_cast<const float*>(packed + 4 * row);
  const auto* weights = reinterpret_cast<const int8_t*>(packed + 8 * row);
  return fill(slide(n, in, in.channels), [&](int oy, int ox, int c) {
    const auto channel = static_cast<size_t>(c);
    double sum = biases[channel];
    for_every_tap(n, in, oy, ox, [&](int tap, int y, int x) {
      const double value = y < 0 ? n.in_zero_point : in.at(y, x, c);
      sum += value * weights[static_cast<size_t>(tap) * row + channel];
    });
    return look_up(n, packed, requantize(n, sum, multipliers[channel]));
  });
}

Map Reference::add_s8(const Node& n, const Map& in) const {
  format::AddRecord record;
  std::memcpy(&record, model_.weights(n), sizeof record);
  const Map second = read(model_.operand(n, 1));
  const bool broadcast = second.height == 1 && second.width == 1;
  return fill(Map(in.height, in.width, in.channels), [&](int y, int x, int c) {
    const double b = broadcast ? second.at(0, 0, c) : second.at(y, x, c);
    const float left = as_float(in.at(y, x, c) - record.zero_point[0]) * record.multiplier[0];
    const float right = as_float(b - record.zero_point[1]) * record.multiplier[1];
    return finish(n, left + right);
  });
}

Map Reference::evaluate_s8(const Node& node, const Map& in) const {
  switch (node.op) {
    case format::k_conv2d:
      return conv2d_s8(node, in);
    case format::k_dwconv2d:
      return dwconv2d_s8(node, in);
    case format::k_add:
      return add_s8(node, in);
    case format::k_activation: {
      const auto* table = static_cast<const int8_t*>(model_.weights(node));
      return fill(
          in, [&](int y, int x, int c) { return table[static_cast<int>(in.at(y, x, c)) + 128]; });
    }
    case format::k_quantize: {
      const auto* multipliers = static_cast<const float*>(model_.weights(node));
      return fill(in, [&](int y, int x, int c) {
        return finish(node, as_float(in.at(y, x, c)) * multipliers[c]);
      });
    }
    case format::k_dequantize: {
      const auto* scales = static_cast<const float*>(model_.weights(node));
      return fill(in, [&](int y, int x, int c) {
        return static_cast<double>(as_float(in.at(y, x, c) - node.in_zero_point) * scales[c]);
      });
    }
    case format::k_max_pool: {
      Map pooled = evaluate_op(node, in);
      for (double& x : pooled.values) x = std::max(x, -128.0);  // a window in the padding
      return pooled;
    }
    default:
      return evaluate_op(node, in);
  }
}

}  // namespace linnet::test
