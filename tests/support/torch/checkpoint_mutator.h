// Structure-aware damage to checkpoints: opcodes, arguments and texts of the pickle change with the
// zip put right around them, so that mutants get deep into the reader; fields of the zip itself
// change too.
#pragma once

#include <random>

#include "tests/support/torch/zip_writer.h"

namespace linnet::test::torch {

class CheckpointMutator {
 public:
  explicit CheckpointMutator(uint64_t seed) : random_(seed) {}

  // One to four changes to a zip or legacy checkpoint.
  ByteVector mutate(const ByteVector& original);

 private:
  size_t below(size_t n) { return n == 0 ? 0 : static_cast<size_t>(random_() % n); }
  uint64_t boundary(size_t file_bytes);
  void mutate_entries(std::vector<ZipEntry>* entries);
  void mutate_container(ByteVector* file);
  void mutate_pickle(ByteVector* pickle, size_t limit);
  void mutate_argument(ByteVector* pickle, size_t begin, size_t end, uint8_t opcode);
  void insert_bomb(ByteVector* pickle, size_t at);

  std::mt19937_64 random_;
};

// Offsets at which the opcodes of a pickle (or of several in a row) begin; ends at the first byte
// that is none.
std::vector<size_t> opcode_offsets(const ByteVector& pickle);

}  // namespace linnet::test::torch
