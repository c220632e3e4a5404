#include "bench/accuracy/confusion.h"

#include <algorithm>

namespace linnet::bench::accuracy {
namespace {

constexpr size_t kNone = SIZE_MAX;

// What is in one picture, as indices.
struct Content {
  std::vector<size_t> truths, crowds, detections;
};

std::vector<Content> contents_of(const Dataset& dataset, const std::vector<Detection>& detections) {
  std::vector<Content> contents(dataset.pictures.size());
  for (size_t i = 0; i < dataset.truths.size(); ++i) {
    const Truth& truth = dataset.truths[i];
    Content& content = contents[truth.picture];
    (truth.crowd ? content.crowds : content.truths).push_back(i);
  }
  for (size_t i = 0; i < detections.size(); ++i) {
    if (detections[i].score > kShownConfidence) {
      contents[detections[i].picture].detections.push_back(i);
    }
  }
  return contents;
}

class Pairer {
 public:
  Pairer(const Dataset& dataset, const std::vector<Detection>& detections)
      : dataset_(dataset), detections_(detections) {}

  std::vector<Pairing> pair_up(const Content& content) const {
    std::vector<size_t> finder(content.truths.size(), kNone);
    std::vector<double> best(content.truths.size());
    for (const size_t d : content.detections) {
      double most = kShownIou;
      const size_t picked = pick(content.truths, d, &most);
      if (picked == kNone || most <= best[picked]) continue;
      best[picked] = most;
      finder[picked] = d;
    }
    std::vector<Pairing> pairs;
    for (size_t k = 0; k < content.truths.size(); ++k) {
      pairs.push_back(of_truth(content.truths[k], finder[k]));
    }
    for (const size_t d : content.detections) {
      if (std::find(finder.begin(), finder.end(), d) == finder.end()) {
        pairs.push_back(
            {kNone, d, in_a_crowd(content, d) ? Verdict::in_a_crowd : Verdict::imagined});
      }
    }
    return pairs;
  }

 private:
  // Which of the truths overlaps most, more than *most.
  size_t pick(const std::vector<size_t>& truths, size_t detection, double* most) const {
    size_t picked = kNone;
    for (size_t k = 0; k < truths.size(); ++k) {
      const double iou = overlap(detections_[detection].box, dataset_.truths[truths[k]].box, false);
      if (iou <= *most) continue;
      *most = iou;
      picked = k;
    }
    return picked;
  }

  Pairing of_truth(size_t truth, size_t detection) const {
    if (detection == kNone) return {truth, kNone, Verdict::missed};
    const bool same = detections_[detection].category == dataset_.truths[truth].category;
    return {truth, detection, same ? Verdict::right : Verdict::confused};
  }

  bool in_a_crowd(const Content& content, size_t detection) const {
    const Detection& found = detections_[detection];
    return std::any_of(content.crowds.begin(), content.crowds.end(), [&](size_t i) {
      const Truth& crowd = dataset_.truths[i];
      return crowd.category == found.category && overlap(found.box, crowd.box, true) > kShownIou;
    });
  }

  const Dataset& dataset_;
  const std::vector<Detection>& detections_;
};

}  // namespace

std::vector<std::vector<Pairing>> pair_up(const Dataset& dataset,
                                          const std::vector<Detection>& detections) {
  const Pairer pairer(dataset, detections);
  std::vector<std::vector<Pairing>> pairings;
  for (const Content& content : contents_of(dataset, detections)) {
    pairings.push_back(pairer.pair_up(content));
  }
  return pairings;
}

ConfusionMatrix::ConfusionMatrix(const Dataset& dataset, const std::vector<Detection>& detections,
                                 const std::vector<std::vector<Pairing>>& pairings)
    : size_(dataset.categories.size()), counts_((size_ + 1) * (size_ + 1)) {
  for (const std::vector<Pairing>& pairs : pairings) {
    for (const Pairing& pair : pairs) {
      if (pair.verdict == Verdict::in_a_crowd) continue;
      const size_t is = pair.truth == kNone ? size_ : dataset.truths[pair.truth].category;
      const size_t found_as = pair.detection == kNone ? size_ : detections[pair.detection].category;
      ++counts_[found_as * (size_ + 1) + is];
    }
  }
}

size_t ConfusionMatrix::truths(size_t is) const {
  size_t sum = 0;
  for (size_t found_as = 0; found_as <= size_; ++found_as) sum += count(found_as, is);
  return sum;
}

}  // namespace linnet::bench::accuracy
