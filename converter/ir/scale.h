// Quantization: real = step * (q - zero_point), q from -128 to 127.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <vector>

namespace linnet::converter {

// Of one channel, or of all channels of a value.
struct Scale {
  float step = 1;  // finite, above 0
  int zero_point = 0;
  bool operator==(const Scale&) const = default;

  float low() const { return step * static_cast<float>(-128 - zero_point); }
  float high() const { return step * static_cast<float>(127 - zero_point); }
};

// A byte of the picture minus 128.
inline constexpr Scale kInputScale = {1.0f / 255, -128};

// The finest scale that covers low to high, which contain 0.
inline Scale covering(float low, float high) {
  const float span = high - low;
  Scale scale;
  scale.step = span > 0 ? span / 255 : 1;
  scale.zero_point =
      static_cast<int>(std::clamp(std::nearbyint(-128 - low / scale.step), -128.0f, 127.0f));
  return scale;
}

// The scales that a quantized source file gives a node.
struct NodeScales {
  std::vector<std::optional<Scale>>
      inputs;  // what each input is rounded to; the last may be left out
  std::optional<Scale> before_activation;  // what is rounded to before a fused activation
  std::optional<Scale> output;

  std::optional<Scale> input(size_t i) const {
    return i < inputs.size() ? inputs[i] : std::nullopt;
  }
};

}  // namespace linnet::converter
