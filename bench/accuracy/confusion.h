// What is taken for what, at the confidence of daily use.
#pragma once

#include <cstddef>
#include <vector>

#include "bench/accuracy/dataset.h"

namespace linnet::bench::accuracy {

inline constexpr double kShownConfidence = 0.25, kShownIou = 0.45;

enum class Verdict : uint8_t {
  right,      // an object, found as what it is
  confused,   // an object, found as something else
  missed,     // an object, not found
  imagined,   // a detection where no object is
  in_a_crowd  // a detection that a crowd explains; counts neither way
};

struct Pairing {
  size_t truth = SIZE_MAX, detection = SIZE_MAX;  // indices in the data set and the detections
  Verdict verdict = Verdict::right;
};

// Pairs objects with detections as YOLOv5's ConfusionMatrix.process_batch does: detections with a
// score above kShownConfidence, of any class, IoU above kShownIou; each detection picks the object
// it overlaps most, each object the best of those that picked it. Crowds are no objects. One list
// for each picture, objects first.
std::vector<std::vector<Pairing>> pair_up(const Dataset& dataset,
                                          const std::vector<Detection>& detections);

// counts(found as, is): both categories, or size() for background.
class ConfusionMatrix {
 public:
  ConfusionMatrix(const Dataset& dataset, const std::vector<Detection>& detections,
                  const std::vector<std::vector<Pairing>>& pairings);
  size_t size() const { return size_; }
  size_t count(size_t found_as, size_t is) const { return counts_[found_as * (size_ + 1) + is]; }
  size_t truths(size_t is) const;  // sum of a column

 private:
  size_t size_;
  std::vector<size_t> counts_;
};

}  // namespace linnet::bench::accuracy
