#include "tests/kernels/int8_values.h"

#include <algorithm>
#include <cfloat>
#include <cmath>

namespace linnet::test {

void fill_int8(Random* random, int8_t* to, size_t count, Bytes bytes) {
  for (size_t i = 0; i < count; ++i) {
    const bool end = random->between(0, 1) != 0;
    to[i] = bytes == Bytes::ends ? (end ? int8_t{127} : int8_t{-128})
                                 : static_cast<int8_t>(random->between(-128, 127));
  }
}

void fill_weights(Random* random, int8_t* to, size_t count, Bytes bytes) {
  fill_int8(random, to, count, bytes);
  for (size_t i = 0; i < count; ++i) to[i] = std::max<int8_t>(to[i], -127);
}

float multiplier(Random* random, float ordinary, float largest) {
  constexpr float kEnds[] = {0.0f,  FLT_TRUE_MIN, FLT_MIN, FLT_MAX,    1e-20f,
                             1e20f, 0x1p-31f,     1.0f,    0.5f,       0.25f,
                             2.5f,  0x1p-8f,      0x1p-9f, 0.9999999f, 1.0000001f};
  constexpr int kCount = sizeof kEnds / sizeof kEnds[0];
  const int choice = random->between(0, 2 * kCount);
  if (choice < kCount) return std::min(kEnds[choice], largest);
  return ordinary * static_cast<float>(random->between(1, 4000)) / 2000.0f;
}

int8_t expected_rounded(float x, const RequantizeS8& to) {
  if (std::isnan(x)) return to.low;
  const double rounded = std::nearbyint(double{x}) + to.zero_point;
  return static_cast<int8_t>(
      std::clamp(rounded, static_cast<double>(to.low), static_cast<double>(to.high)));
}

std::string describe(const RequantizeS8& to) {
  return "zero point " + std::to_string(to.zero_point) + ", low " + std::to_string(to.low) +
         ", high " + std::to_string(to.high);
}

}  // namespace linnet::test
