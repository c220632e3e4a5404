// From floating-point numbers of a file, which may be anything, to integers.
#pragma once

#include <cstdint>
#include <limits>

namespace linnet::converter {

// Without the fraction; the nearest that there is if x is beyond 64 bits, 0 for NaN.
inline int64_t whole_number(double x) {
  constexpr double kEnd = 9223372036854775808.0;
  if (x >= kEnd) return std::numeric_limits<int64_t>::max();
  if (x < -kEnd) return std::numeric_limits<int64_t>::min();
  return x == x ? static_cast<int64_t>(x) : 0;
}

}  // namespace linnet::converter
