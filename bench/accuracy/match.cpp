#include "bench/accuracy/match.h"

#include <algorithm>
#include <numeric>

namespace linnet::bench::accuracy {
namespace {

constexpr size_t kNone = SIZE_MAX;

}  // namespace

PictureMatch::PictureMatch(std::span<const Truth* const> truths,
                           std::span<const Detection* const> detections)
    : truths_(truths), detections_(detections.begin(), detections.end()) {
  std::stable_sort(detections_.begin(), detections_.end(),
                   [](const Detection* a, const Detection* b) { return a->score > b->score; });
  detections_.resize(std::min(detections_.size(), kDetectionLimits[kLimitMax]));
  overlaps_.reserve(detections_.size() * truths_.size());
  for (const Detection* found : detections_) {
    for (const Truth* truth : truths_) {
      overlaps_.push_back(overlap(found->box, truth->box, truth->crowd));
    }
  }
}

size_t PictureMatch::judge(const AreaRange& range, std::vector<Judged>* judged) const {
  std::vector<uint8_t> ignored;
  for (const Truth* t : truths_) ignored.push_back(t->crowd || !range.contains(t->area) ? 1 : 0);
  std::vector<size_t> order(truths_.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_partition(order.begin(), order.end(), [&](size_t i) { return ignored[i] == 0; });

  const size_t first = judged->size();
  for (const Detection* found : detections_) {
    judged->push_back({found->score, static_cast<uint32_t>(judged->size() - first), 0, 0});
  }
  for (size_t t = 0; t < kThresholds; ++t) choose(t, order, ignored, judged->data() + first);
  for (size_t d = 0; d < detections_.size(); ++d) {
    Judged& j = (*judged)[first + d];
    if (!range.contains(detections_[d]->box.area())) j.ignored |= static_cast<uint16_t>(~j.found);
  }
  return static_cast<size_t>(std::count(ignored.begin(), ignored.end(), uint8_t{0}));
}

void PictureMatch::choose(size_t threshold, const std::vector<size_t>& order,
                          const std::vector<uint8_t>& ignored, Judged* judged) const {
  const auto bit = static_cast<uint16_t>(1u << threshold);
  std::vector<uint8_t> taken(truths_.size());
  for (size_t d = 0; d < detections_.size(); ++d) {
    const size_t best = best_left(overlaps_.data() + d * truths_.size(), iou_threshold(threshold),
                                  order, ignored, taken);
    if (best == kNone) continue;
    taken[best] = 1;
    judged[d].found |= bit;
    if (ignored[best] != 0) judged[d].ignored |= bit;
  }
}

size_t PictureMatch::best_left(const double* overlaps, double threshold,
                               const std::vector<size_t>& order,
                               const std::vector<uint8_t>& ignored,
                               const std::vector<uint8_t>& taken) const {
  double least = threshold;
  size_t best = kNone;
  for (const size_t i : order) {
    if (taken[i] != 0 && !truths_[i]->crowd) continue;
    if (best != kNone && ignored[best] == 0 && ignored[i] != 0) break;
    if (overlaps[i] < least) continue;
    least = overlaps[i];
    best = i;
  }
  return best;
}

}  // namespace linnet::bench::accuracy
