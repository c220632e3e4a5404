#include "bench/accuracy/dataset.h"

#include <algorithm>

namespace linnet::bench::accuracy {

size_t object_count(const Dataset& dataset) {
  return static_cast<size_t>(std::count_if(dataset.truths.begin(), dataset.truths.end(),
                                           [](const Truth& truth) { return !truth.crowd; }));
}

// The order of the operations is that of pycocotools' bbIou: thresholds are met or missed by the
// last bit.
double overlap(const Box& found, const Box& truth, bool crowd) {
  const double width =
      std::min(found.width + found.x, truth.width + truth.x) - std::max(found.x, truth.x);
  if (width <= 0) return 0;
  const double height =
      std::min(found.height + found.y, truth.height + truth.y) - std::max(found.y, truth.y);
  if (height <= 0) return 0;
  const double both = width * height;
  return both / (crowd ? found.area() : found.area() + truth.area() - both);
}

}  // namespace linnet::bench::accuracy
