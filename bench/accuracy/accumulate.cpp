#include "bench/accuracy/accumulate.h"

#include <algorithm>
#include <limits>

namespace linnet::bench::accuracy {
namespace {

// Recall and precision after each detection that counts or not, best first.
struct Steps {
  std::vector<double> recall, precision;
};

Steps steps_of(const std::vector<Judged>& sorted, size_t threshold, size_t limit, size_t truths) {
  Steps steps;
  double right = 0, wrong = 0;
  for (const Judged& j : sorted) {
    if (j.rank >= limit) continue;
    const bool counts = (j.ignored >> threshold & 1) == 0;
    const bool found = (j.found >> threshold & 1) != 0;
    right += counts && found ? 1 : 0;
    wrong += counts && !found ? 1 : 0;
    steps.recall.push_back(right / static_cast<double>(truths));
    // The smallest number keeps 0/0 away, as numpy.spacing(1) does there.
    steps.precision.push_back(right / (wrong + right + std::numeric_limits<double>::epsilon()));
  }
  return steps;
}

// The best precision at this recall or a higher one.
std::array<double, kRecalls> interpolated(Steps steps) {
  for (size_t i = steps.precision.size(); i-- > 1;) {
    steps.precision[i - 1] = std::max(steps.precision[i - 1], steps.precision[i]);
  }
  std::array<double, kRecalls> out{};
  for (size_t r = 0; r < kRecalls; ++r) {
    const auto at = std::lower_bound(steps.recall.begin(), steps.recall.end(), recall_point(r));
    if (at == steps.recall.end()) break;
    out[r] = steps.precision[static_cast<size_t>(at - steps.recall.begin())];
  }
  return out;
}

}  // namespace

Curves accumulate(std::vector<Judged> judged, size_t truths) {
  Curves curves;
  curves.truths = truths;
  if (truths == 0) return curves;
  std::stable_sort(judged.begin(), judged.end(),
                   [](const Judged& a, const Judged& b) { return a.score > b.score; });
  for (size_t t = 0; t < kThresholds; ++t) {
    for (size_t l = 0; l < kLimits; ++l) {
      Steps steps = steps_of(judged, t, kDetectionLimits[l], truths);
      curves.recall[l][t] = steps.recall.empty() ? 0 : steps.recall.back();
      if (l == kLimitMax) curves.precision[t] = interpolated(std::move(steps));
    }
  }
  return curves;
}

}  // namespace linnet::bench::accuracy
