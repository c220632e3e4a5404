// From judged detections to precision and recall, for one category and one area range.
#pragma once

#include <array>
#include <vector>

#include "bench/accuracy/match.h"

namespace linnet::bench::accuracy {

struct Curves {
  size_t truths = 0;  // objects that count; without one the rest is not to be used
  // At recall_point(r), of the best 100 detections a picture: [threshold][r].
  std::array<std::array<double, kRecalls>, kThresholds> precision{};
  // That is reached with at most kDetectionLimits[l] detections a picture: [l][threshold].
  std::array<std::array<double, kThresholds>, kLimits> recall{};
};

// COCOeval.accumulate of pycocotools 2.0. judged: picture after picture, as PictureMatch gives
// them; detections of one score stay in that order.
Curves accumulate(std::vector<Judged> judged, size_t truths);

}  // namespace linnet::bench::accuracy
