#include "bench/accuracy/evaluate.h"

#include <algorithm>

#include "bench/accuracy/parallel.h"

namespace linnet::bench::accuracy {
namespace {

// Objects and detections of one category, those of a picture side by side.
struct Share {
  std::vector<const Truth*> truths;
  std::vector<const Detection*> detections;
};

// Takes the run of one picture from the front.
template <typename Item>
std::span<const Item* const> take_picture(std::span<const Item* const>* items, size_t picture) {
  size_t count = 0;
  while (count < items->size() && (*items)[count]->picture == picture) ++count;
  const auto run = items->first(count);
  *items = items->subspan(count);
  return run;
}

template <typename Item>
void sort_by_picture(std::vector<const Item*>* items) {
  std::stable_sort(items->begin(), items->end(),
                   [](const Item* a, const Item* b) { return a->picture < b->picture; });
}

CategoryResult evaluate_category(const Share& share) {
  std::array<std::vector<Judged>, kAreas> judged;
  std::array<size_t, kAreas> counts{};
  std::span<const Truth* const> truths(share.truths);
  std::span<const Detection* const> detections(share.detections);
  while (!truths.empty() || !detections.empty()) {
    const size_t picture = std::min(truths.empty() ? SIZE_MAX : truths[0]->picture,
                                    detections.empty() ? SIZE_MAX : detections[0]->picture);
    const auto here = take_picture(&truths, picture);
    const PictureMatch match(here, take_picture(&detections, picture));
    for (size_t a = 0; a < kAreas; ++a) counts[a] += match.judge(kAreaRanges[a], &judged[a]);
  }
  CategoryResult result;
  result.truths = static_cast<size_t>(std::count_if(share.truths.begin(), share.truths.end(),
                                                    [](const Truth* t) { return !t->crowd; }));
  result.detections = share.detections.size();
  for (size_t a = 0; a < kAreas; ++a) result.areas[a] = accumulate(std::move(judged[a]), counts[a]);
  return result;
}

class Mean {
 public:
  void add(double x) {
    sum_ += x;
    ++count_;
  }
  double value() const { return count_ == 0 ? -1 : sum_ / static_cast<double>(count_); }

 private:
  double sum_ = 0;
  size_t count_ = 0;
};

using Categories = std::span<const CategoryResult>;

// Over the thresholds from `first` to `last`.
double mean_precision(Categories categories, size_t area, size_t first, size_t last) {
  Mean mean;
  for (const CategoryResult& category : categories) {
    const Curves& curves = category.areas[area];
    if (curves.truths == 0) continue;
    for (size_t t = first; t <= last; ++t) {
      for (const double precision : curves.precision[t]) mean.add(precision);
    }
  }
  return mean.value();
}

double mean_recall(Categories categories, size_t area, size_t limit) {
  Mean mean;
  for (const CategoryResult& category : categories) {
    const Curves& curves = category.areas[area];
    if (curves.truths == 0) continue;
    for (const double recall : curves.recall[limit]) mean.add(recall);
  }
  return mean.value();
}

}  // namespace

Figures figures_of(Categories categories) {
  constexpr size_t kLast = kThresholds - 1;
  const auto precision = [&](size_t area) { return mean_precision(categories, area, 0, kLast); };
  return {precision(0),
          mean_precision(categories, 0, kThreshold50, kThreshold50),
          mean_precision(categories, 0, kThreshold75, kThreshold75),
          precision(1),
          precision(2),
          precision(3),
          mean_recall(categories, 0, 0),
          mean_recall(categories, 0, 1),
          mean_recall(categories, 0, kLimitMax),
          mean_recall(categories, 1, kLimitMax),
          mean_recall(categories, 2, kLimitMax),
          mean_recall(categories, 3, kLimitMax)};
}

Evaluation evaluate(const Dataset& dataset, const std::vector<Detection>& detections,
                    host::ThreadPool* pool) {
  std::vector<Share> shares(dataset.categories.size());
  for (const Truth& truth : dataset.truths) shares[truth.category].truths.push_back(&truth);
  for (const Detection& found : detections) shares[found.category].detections.push_back(&found);
  Evaluation out;
  out.categories.resize(shares.size());
  parallel_for(pool, shares.size(), [&](size_t i, int) {
    sort_by_picture(&shares[i].truths);
    sort_by_picture(&shares[i].detections);
    out.categories[i] = evaluate_category(shares[i]);
  });
  out.figures = figures_of(out.categories);
  return out;
}

}  // namespace linnet::bench::accuracy
