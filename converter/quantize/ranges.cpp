#include "converter/quantize/ranges.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>

namespace linnet::converter {
namespace {

constexpr double kOutlierShare = 1e-4;
constexpr int kLevels = 256;
constexpr int kSteps = 100;     // candidates for a limit
constexpr double kLeast = 0.2;  // of the full range
constexpr const char* kNames[] = {"minmax", "percentile", "kl", "mse"};

class Bins {
 public:
  explicit Bins(const Histogram& h)
      : counts_(h.bins),
        first_(h.first),
        width_((static_cast<double>(h.last) - h.first) / static_cast<double>(h.bins.size())),
        total_(static_cast<double>(std::accumulate(h.bins.begin(), h.bins.end(), uint64_t{0}))) {}

  size_t size() const { return counts_.size(); }
  double count(size_t i) const { return static_cast<double>(counts_[i]); }
  double centre(size_t i) const { return first_ + (static_cast<double>(i) + 0.5) * width_; }
  double total() const { return total_; }

  // What rounding to 256 levels and clipping cost.
  double squared_error(const Range& r) const {
    const double step = (static_cast<double>(r.high) - r.low) / (kLevels - 1);
    double sum = 0;
    for (size_t i = 0; i < size(); ++i) {
      if (counts_[i] == 0) continue;
      const double x = centre(i);
      const double beyond = x < r.low ? r.low - x : (x > r.high ? x - r.high : 0);
      sum += count(i) * (beyond > 0 ? beyond * beyond : step * step / 12);
    }
    return sum;
  }

  // Of the distribution clipped to the range and the same on 256 levels.
  double divergence(const Range& r) const {
    std::vector<double> clipped(size(), 0);
    for (size_t i = 0; i < size(); ++i) {
      const double x = std::clamp<double>(centre(i), r.low, r.high);
      clipped[index_of(x)] += count(i);
    }
    std::vector<double> level_sum(kLevels, 0), level_bins(kLevels, 0);
    for (size_t i = 0; i < size(); ++i) {
      if (!inside(i, r)) continue;
      level_sum[level_of(i, r)] += count(i);
      level_bins[level_of(i, r)] += counts_[i] != 0;
    }
    double sum = 0;
    for (size_t i = 0; i < size(); ++i) {
      if (clipped[i] == 0) continue;
      const size_t level = level_of(i, r);
      const double q = counts_[i] != 0 && level_bins[level] > 0
                           ? level_sum[level] / level_bins[level]
                           : 1e-9 * total_;
      sum += clipped[i] / total_ * std::log(clipped[i] / std::max(q, 1e-9 * total_));
    }
    return sum;
  }

  size_t index_of(double x) const {
    const auto i = static_cast<int64_t>((x - first_) / width_);
    return static_cast<size_t>(std::clamp<int64_t>(i, 0, static_cast<int64_t>(size()) - 1));
  }

 private:
  bool inside(size_t i, const Range& r) const { return centre(i) >= r.low && centre(i) <= r.high; }
  static size_t clamp_level(double level) {
    return static_cast<size_t>(std::clamp<double>(level, 0, kLevels - 1));
  }
  size_t level_of(size_t i, const Range& r) const {
    const double range = static_cast<double>(r.high) - r.low;
    return clamp_level((centre(i) - r.low) / range * kLevels);
  }

  const std::vector<uint64_t>& counts_;
  double first_, width_, total_;
};

Range full_range(const Histogram& h) {
  return {std::min(h.first, 0.0f), std::max(h.last, 0.0f)};
}

Range percentile(const Histogram& h) {
  const Bins bins(h);
  const double drop = kOutlierShare * bins.total();
  Range range = full_range(h);
  double below = 0, above = 0;
  for (size_t i = 0; i < bins.size() && (below += bins.count(i)) <= drop; ++i) {
    range.low = static_cast<float>(bins.centre(i));
  }
  for (size_t i = bins.size(); i-- > 0 && (above += bins.count(i)) <= drop;) {
    range.high = static_cast<float>(bins.centre(i));
  }
  return {std::min(range.low, 0.0f), std::max(range.high, 0.0f)};
}

// The range of least cost, one limit after the other.
template <typename Cost>
Range search(const Range& full, const Cost& cost) {
  Range best = full;
  double best_cost = cost(full);
  const auto try_range = [&](const Range& r) {
    const double c = cost(r);
    if (c < best_cost) {
      best_cost = c;
      best = r;
    }
  };
  for (int round = 0; round < 2; ++round) {
    const Range from = best;
    for (int i = 0; i < kSteps; ++i) {
      const auto share = static_cast<float>(1 - (1 - kLeast) * i / kSteps);
      if (full.high > 0) try_range({from.low, full.high * share});
    }
    const float high = best.high;
    for (int i = 0; i < kSteps; ++i) {
      const auto share = static_cast<float>(1 - (1 - kLeast) * i / kSteps);
      if (full.low < 0) try_range({full.low * share, high});
    }
  }
  return best;
}

}  // namespace

RangeMethod range_method_of(const std::string& name) {
  for (int i = 0; i < 4; ++i) {
    if (name == kNames[i]) return static_cast<RangeMethod>(i);
  }
  throw std::runtime_error("expected minmax, percentile, kl or mse as the method, found '" + name +
                           "'");
}

const char* range_method_name(RangeMethod method) {
  return kNames[static_cast<int>(method)];
}

Range choose_range(const Histogram& histogram, RangeMethod method) {
  const Range full = full_range(histogram);
  if (!(histogram.last > histogram.first) || method == RangeMethod::minmax) return full;
  if (method == RangeMethod::percentile) return percentile(histogram);
  const Bins bins(histogram);
  return search(full, [&](const Range& r) {
    return method == RangeMethod::mse ? bins.squared_error(r) : bins.divergence(r);
  });
}

Histogram merge(const Histogram& a, const Histogram& b) {
  Histogram both;
  both.first = std::min(a.first, b.first);
  both.last = std::max(a.last, b.last);
  both.bins.assign(std::max(a.bins.size(), b.bins.size()), 0);
  if (!(both.last > both.first)) {
    both.bins[0] = std::accumulate(a.bins.begin(), a.bins.end(), uint64_t{0}) +
                   std::accumulate(b.bins.begin(), b.bins.end(), uint64_t{0});
    return both;
  }
  const Bins places(both);
  for (const Histogram* part : {&a, &b}) {
    const Bins bins(*part);
    for (size_t i = 0; i < part->bins.size(); ++i) {
      both.bins[places.index_of(bins.centre(i))] += part->bins[i];
    }
  }
  return both;
}

}  // namespace linnet::converter
