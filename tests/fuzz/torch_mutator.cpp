// Most mutants respect the structure of a checkpoint (and have the right CRCs), the others are
// libFuzzer's own.
#include <cstring>

#include "tests/support/torch/checkpoint_mutator.h"

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t max_size);

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size,
                                          unsigned int seed) {
  if (seed % 4 == 0) return LLVMFuzzerMutate(data, size, max_size);
  const std::vector<uint8_t> mutant =
      linnet::test::torch::CheckpointMutator(seed).mutate(std::vector<uint8_t>(data, data + size));
  if (mutant.empty() || mutant.size() > max_size) return LLVMFuzzerMutate(data, size, max_size);
  std::memcpy(data, mutant.data(), mutant.size());
  return mutant.size();
}
