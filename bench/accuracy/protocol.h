// The constants of the COCO detection protocol (Params of pycocotools.cocoeval, iouType "bbox").
#pragma once

#include <array>
#include <cstddef>

namespace linnet::bench::accuracy {

inline constexpr size_t kThresholds = 10;  // IoU 0.50 to 0.95
inline constexpr size_t kRecalls = 101;    // 0 to 1
inline constexpr size_t kAreas = 4;        // all, small, medium, large
inline constexpr size_t kLimits = 3;       // detections a picture and category
inline constexpr size_t kThreshold50 = 0, kThreshold75 = 5;
inline constexpr size_t kLimitMax = kLimits - 1;

struct AreaRange {
  double low, high;  // square pixels, both inclusive
  bool contains(double area) const { return area >= low && area <= high; }
};
inline constexpr std::array<AreaRange, kAreas> kAreaRanges = {
    {{0, 1e10}, {0, 1024}, {1024, 9216}, {9216, 1e10}}};
inline constexpr std::array<size_t, kLimits> kDetectionLimits = {1, 10, 100};

// As numpy.linspace computes them: the last bit decides whether an IoU of exactly 0.6 passes.
constexpr double iou_threshold(size_t index) {
  constexpr double kStep = (0.95 - 0.5) / 9;
  return index + 1 == kThresholds ? 0.95 : static_cast<double>(index) * kStep + 0.5;
}
constexpr double recall_point(size_t index) {
  return index + 1 == kRecalls ? 1.0 : static_cast<double>(index) * 0.01;
}

}  // namespace linnet::bench::accuracy
