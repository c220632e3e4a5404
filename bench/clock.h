// Wall-clock time of what is measured.
#pragma once

#include <chrono>

namespace linnet::bench {

using Clock = std::chrono::steady_clock;

inline double milliseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

// Milliseconds that one call takes.
template <typename Run>
double time_of(const Run& run) {
  const Clock::time_point start = Clock::now();
  run();
  return milliseconds_since(start);
}

}  // namespace linnet::bench
