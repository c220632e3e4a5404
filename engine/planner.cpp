#include "engine/planner.h"

namespace linnet {
namespace {

bool alive_together(const PlannedTensor& a, const PlannedTensor& b) {
  return a.first <= b.last && b.first <= a.last;
}

// Largest first; insertion sort, since counts are small and the order must be stable.
void sort_by_size(const PlannedTensor* tensors, int count, uint16_t* order) {
  for (int i = 0; i < count; ++i) {
    int j = i;
    for (; j > 0 && tensors[order[j - 1]].units < tensors[i].units; --j) order[j] = order[j - 1];
    order[j] = static_cast<uint16_t>(i);
  }
}

// The lowest offset of the smallest gap between placed[0..count), which are sorted by offset.
uint64_t best_offset(const PlannedTensor* tensors, const uint16_t* placed, int count,
                     const PlannedTensor& tensor) {
  uint64_t best = UINT64_MAX, best_gap = UINT64_MAX, end = 0;
  for (int i = 0; i < count; ++i) {
    const PlannedTensor& other = tensors[placed[i]];
    if (!alive_together(other, tensor)) continue;
    if (other.offset > end) {
      const uint64_t gap = other.offset - end;
      if (gap >= tensor.units && gap < best_gap) {
        best = end;
        best_gap = gap;
      }
    }
    const uint64_t other_end = uint64_t{other.offset} + other.units;
    if (other_end > end) end = other_end;
  }
  return best != UINT64_MAX ? best : end;
}

// Keeps order[0..count] sorted by offset after its last element was placed.
void insert_by_offset(const PlannedTensor* tensors, uint16_t* order, int last) {
  const uint16_t moved = order[last];
  int j = last;
  for (; j > 0 && tensors[order[j - 1]].offset > tensors[moved].offset; --j)
    order[j] = order[j - 1];
  order[j] = moved;
}

}  // namespace

uint64_t plan_memory(PlannedTensor* tensors, int count, uint16_t* order) {
  sort_by_size(tensors, count, order);
  uint64_t total = 0;
  for (int i = 0; i < count; ++i) {
    PlannedTensor& tensor = tensors[order[i]];
    const uint64_t offset = best_offset(tensors, order, i, tensor);
    const uint64_t end = offset + tensor.units;
    if (end > UINT32_MAX) return UINT64_MAX;
    tensor.offset = static_cast<uint32_t>(offset);
    if (end > total) total = end;
    insert_by_offset(tensors, order, i);
  }
  return total;
}

}  // namespace linnet
