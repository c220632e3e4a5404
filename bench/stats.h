// Milliseconds of repeated runs, and what is said of them.
#pragma once

#include <vector>

namespace linnet::bench {

struct Stats {
  double min = 0, max = 0, mean = 0, median = 0, p90 = 0;
};
// samples: at least one. p90: nine in ten are at most this.
Stats stats_of(const std::vector<double>& samples);

}  // namespace linnet::bench
