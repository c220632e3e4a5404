// Layer shapes of a v5lite-s at 320x320.
#pragma once

#include <cstddef>
#include <cstdio>
#include <string>

namespace linnet::bench {

struct Layer {
  const char* name;
  int height, width;  // of the output
  int in_channels, out_channels;
  int kernel, stride;
};

inline size_t pixels(const Layer& l) {
  return static_cast<size_t>(l.height) * static_cast<size_t>(l.width);
}
inline int in_width(const Layer& l) {
  return l.width * l.stride;
}
inline size_t in_values(const Layer& l) {
  return pixels(l) * static_cast<size_t>(l.stride * l.stride * l.in_channels);
}
inline size_t out_values(const Layer& l) {
  return pixels(l) * static_cast<size_t>(l.out_channels);
}
inline size_t taps(const Layer& l) {
  return static_cast<size_t>(l.kernel * l.kernel);
}
inline std::string shape(const Layer& l) {
  char text[96];
  std::snprintf(text, sizeof text, "%s %dx%d %d>%d k%ds%d", l.name, l.height, l.width,
                l.in_channels, l.out_channels, l.kernel, l.stride);
  return text;
}

inline constexpr Layer kDenseLayers[] = {
    {"stem", 160, 160, 3, 32, 3, 2},          {"stage2", 40, 40, 60, 60, 1, 1},
    {"stage3", 20, 20, 116, 116, 1, 1},       {"stage4", 10, 10, 232, 232, 1, 1},
    {"neck 3x3", 40, 40, 64, 64, 3, 1},       {"neck 3x3 s2", 20, 20, 64, 64, 3, 2},
    {"neck 128 3x3", 20, 20, 128, 128, 3, 1}, {"neck 464", 10, 10, 464, 128, 1, 1},
    {"head P3", 40, 40, 64, 255, 1, 1},       {"head P5", 10, 10, 256, 255, 1, 1},
};

inline constexpr Layer kDepthwiseLayers[] = {
    {"stage2 s2", 40, 40, 60, 60, 3, 2},    {"stage2", 40, 40, 60, 60, 3, 1},
    {"stage3 s2", 20, 20, 116, 116, 3, 2},  {"stage3", 20, 20, 116, 116, 3, 1},
    {"stage4 s2", 10, 10, 232, 232, 3, 2},  {"stage4", 10, 10, 232, 232, 3, 1},
    {"stage4 5x5", 10, 10, 232, 232, 5, 1},
};

inline constexpr Layer kPoolLayers[] = {
    {"stem", 80, 80, 32, 32, 3, 2},
    {"SPP 5x5", 10, 10, 232, 232, 5, 1},
};

// For the kernels that move data or work element by element.
inline constexpr Layer kPixelLayers[] = {
    {"stage2", 40, 40, 120, 120, 1, 1},
    {"stage3", 20, 20, 232, 232, 1, 1},
    {"stage4", 10, 10, 464, 464, 1, 1},
};

}  // namespace linnet::bench
