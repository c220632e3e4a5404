// Structure-aware damage to .lnt files: fields of records change, records trade places, views are
// cut and redirected, so that mutants get past the first checks far more often than with random
// bits.
#pragma once

#include <random>

#include "tests/support/model_editor.h"

namespace linnet::test {

// The edges of every type and of every cap of the format, as they fit into `bytes` bytes; for four
// bytes also the floats that are special.
std::vector<uint64_t> boundary_values(size_t bytes);

class ModelMutator {
 public:
  explicit ModelMutator(uint64_t seed) : random_(seed) {}

  // One to three changes, with the CRC recomputed. original: at least a header.
  std::vector<uint8_t> mutate(const std::vector<uint8_t>& original);

 private:
  size_t below(size_t n) { return n == 0 ? 0 : static_cast<size_t>(random_() % n); }
  void change(ModelEditor* editor);
  void set_field(ModelEditor* editor);
  void swap_records(ModelEditor* editor);
  void move_segment_border(ModelEditor* editor);
  void redirect_segment(ModelEditor* editor);
  void rewire_like_another(ModelEditor* editor);

  std::mt19937_64 random_;
};

}  // namespace linnet::test
