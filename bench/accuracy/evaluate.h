// The COCO figures of a set of detections.
#pragma once

#include <array>
#include <span>
#include <vector>

#include "bench/accuracy/accumulate.h"
#include "bench/accuracy/dataset.h"
#include "host/thread_pool.h"

namespace linnet::bench::accuracy {

struct FigureName {
  const char* key;   // as in JSON
  const char* text;  // for people
};
inline constexpr size_t kFigures = 12;
inline constexpr std::array<FigureName, kFigures> kFigureNames = {{
    {"AP", "average precision, IoU 0.50 to 0.95"},
    {"AP50", "average precision, IoU 0.50"},
    {"AP75", "average precision, IoU 0.75"},
    {"APs", "average precision, small objects"},
    {"APm", "average precision, medium objects"},
    {"APl", "average precision, large objects"},
    {"AR1", "average recall, 1 detection a picture and class"},
    {"AR10", "average recall, 10 detections"},
    {"AR100", "average recall, 100 detections"},
    {"ARs", "average recall, small objects"},
    {"ARm", "average recall, medium objects"},
    {"ARl", "average recall, large objects"},
}};
inline constexpr size_t kAp = 0, kAp50 = 1, kAp75 = 2, kAr100 = 8;

// In the order of kFigureNames; -1 where no object counts.
using Figures = std::array<double, kFigures>;

struct CategoryResult {
  size_t truths = 0;      // crowds left out
  size_t detections = 0;  // all of them
  std::array<Curves, kAreas> areas;
};

struct Evaluation {
  Figures figures{};
  std::vector<CategoryResult> categories;  // in the order of the data set
};

// COCOeval's evaluate, accumulate and summarize (pycocotools 2.0, iouType "bbox", default
// parameters); the threads of `pool` share the categories. The result does not depend on them.
Evaluation evaluate(const Dataset& dataset, const std::vector<Detection>& detections,
                    host::ThreadPool* pool);

// Means over these categories; those without an object do not count.
Figures figures_of(std::span<const CategoryResult> categories);

}  // namespace linnet::bench::accuracy
