// Memory planning: where each tensor lies in the activation area, so that tensors that are alive at
// the same time do not overlap.
//
// Greedy by size: largest first, each at the lowest offset of the smallest gap that holds it (Y.
// Pisarchyk and J. Lee, "Efficient Memory Management for Deep Neural Net Inference",
// arXiv:2001.03288, algorithm "greedy by size"). Reuse inside a buffer (in-place stages) is the
// converter's business.
#pragma once

#include <cstdint>

namespace linnet {

struct PlannedTensor {
  uint32_t units = 0;            // size in units of 64 bytes
  uint32_t offset = 0;           // result, in the same units
  uint16_t first = 0, last = 0;  // steps, inclusive, during which it must stay
};

// Fills the offsets of `count` tensors; returns the total in units. `order` is scratch for `count`
// indices. Time O(count^2). Deterministic: ties go to the lower index.
uint64_t plan_memory(PlannedTensor* tensors, int count, uint16_t* order);

}  // namespace linnet
