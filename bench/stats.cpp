#include "bench/stats.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace linnet::bench {

Stats stats_of(const std::vector<double>& samples) {
  std::vector<double> sorted = samples;
  std::sort(sorted.begin(), sorted.end());
  const size_t n = sorted.size();
  Stats stats;
  stats.min = sorted.front();
  stats.max = sorted.back();
  stats.mean = std::accumulate(sorted.begin(), sorted.end(), 0.0) / static_cast<double>(n);
  stats.median = (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
  stats.p90 = sorted[static_cast<size_t>(std::ceil(0.9 * static_cast<double>(n))) - 1];
  return stats;
}

}  // namespace linnet::bench
