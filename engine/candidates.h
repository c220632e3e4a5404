// Boxes before non-maximum suppression: the best of them, in any order of arrival.
#pragma once

#include "engine/session.h"

namespace linnet {

// True if a comes before b in the result: higher score, lower class, earlier cell.
inline bool better(const Candidate& a, const Candidate& b) {
  if (a.score != b.score) return a.score > b.score;
  if (a.class_id != b.class_id) return a.class_id < b.class_id;
  return a.order < b.order;
}

// The best `capacity` candidates in a binary heap with the worst on top.
class CandidateHeap {
 public:
  CandidateHeap(Candidate* items, uint32_t capacity) : items_(items), capacity_(capacity) {}

  LINNET_NOINLINE void add(const Candidate& candidate) {
    if (size_ < capacity_) {
      sift_up(size_++, candidate);
    } else if (better(candidate, items_[0])) {
      sift_down(0, size_, candidate);
    }
  }

  // Orders the items best first; the heap is used up.
  uint32_t sort() {
    for (uint32_t end = size_; end > 1; --end) {
      const Candidate last = items_[end - 1];
      items_[end - 1] = items_[0];
      sift_down(0, end - 1, last);
    }
    return size_;
  }

 private:
  void sift_up(uint32_t hole, const Candidate& candidate) {
    while (hole > 0) {
      const uint32_t parent = (hole - 1) / 2;
      if (!better(items_[parent], candidate)) break;
      items_[hole] = items_[parent];
      hole = parent;
    }
    items_[hole] = candidate;
  }
  LINNET_NOINLINE void sift_down(uint32_t hole, uint32_t size, const Candidate& candidate) {
    for (uint32_t child; (child = 2 * hole + 1) < size; hole = child) {
      if (child + 1 < size && better(items_[child], items_[child + 1])) ++child;
      if (!better(candidate, items_[child])) break;
      items_[hole] = items_[child];
    }
    items_[hole] = candidate;
  }

  Candidate* items_;
  uint32_t capacity_;
  uint32_t size_ = 0;
};

}  // namespace linnet
