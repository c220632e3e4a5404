// Which detection found which object, in one picture and one category.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "bench/accuracy/dataset.h"
#include "bench/accuracy/protocol.h"

namespace linnet::bench::accuracy {

// What a detection is worth; bit t is about iou_threshold(t).
struct Judged {
  double score = 0;
  uint32_t rank = 0;     // among the detections of its picture and category, the best is 0
  uint16_t found = 0;    // it found an object
  uint16_t ignored = 0;  // it counts neither way
};

// COCOeval.evaluateImg of pycocotools 2.0. The best 100 detections choose in the order of their
// score (ties: in the order given) the object with the largest IoU that is left; objects outside of
// the area range and crowds come last, and a crowd may be chosen again and again. A detection that
// found nothing and is outside of the range is ignored.
//
// One difference: pycocotools takes an object whose annotation has the id 0 for not found.
class PictureMatch {
 public:
  // All of one picture and category; borrowed while this lives.
  PictureMatch(std::span<const Truth* const> truths, std::span<const Detection* const> detections);

  // Appends the detections, best first, to *judged. Returns how many objects count.
  size_t judge(const AreaRange& range, std::vector<Judged>* judged) const;

 private:
  void choose(size_t threshold, const std::vector<size_t>& order,
              const std::vector<uint8_t>& ignored, Judged* judged) const;
  size_t best_left(const double* overlaps, double threshold, const std::vector<size_t>& order,
                   const std::vector<uint8_t>& ignored, const std::vector<uint8_t>& taken) const;

  std::span<const Truth* const> truths_;
  std::vector<const Detection*> detections_;  // best first
  std::vector<double> overlaps_;              // [detection][truth]
};

}  // namespace linnet::bench::accuracy
