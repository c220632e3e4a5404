// Half of the mutants respect the structure of the file, the others are libFuzzer's own.
#include <cstring>

#include "tests/support/model_mutator.h"

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t max_size);

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size,
                                          unsigned int seed) {
  using namespace linnet;
  if (seed % 2 == 0 || size < sizeof(format::Header)) {
    return LLVMFuzzerMutate(data, size, max_size);
  }
  const std::vector<uint8_t> mutant =
      test::ModelMutator(seed).mutate(std::vector<uint8_t>(data, data + size));
  std::memcpy(data, mutant.data(), size);
  return size;
}
