// Which pictures went worst.
#pragma once

#include <vector>

#include "bench/accuracy/confusion.h"

namespace linnet::bench::accuracy {

struct Tally {
  size_t right = 0, confused = 0, missed = 0, imagined = 0;
  size_t mistakes() const { return confused + missed + imagined; }
  // Harmonic mean of precision and recall; 1 if there was nothing to find and nothing found.
  double f1() const;
};

Tally tally_of(const std::vector<Pairing>& pairs);

// Indices of at most `most` pictures with mistakes: the lowest F1 first, then the most mistakes.
std::vector<size_t> worst_pictures(const std::vector<std::vector<Pairing>>& pairings, size_t most);

}  // namespace linnet::bench::accuracy
