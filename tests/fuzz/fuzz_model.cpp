// Any bytes as a .lnt file: verified as they are, then with size and CRC put right, so that the
// fuzzer need not guess them; what passes is opened and run.
#include <vector>

#include "tests/support/model_builder.h"
#include "tests/support/try_model.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace linnet::test;
  constexpr size_t kMostBytes = 1 << 20;
  if (size > kMostBytes) return 0;
  const AlignedBytes file(std::vector<uint8_t>(data, data + size));
  TryLimits limits;
  limits.arena_bytes = size_t{64} << 20;
  limits.multiplications = 50'000'000;
  try_model(file.data(), file.size(), limits);
  fix_crc(file.data(), file.size());
  try_model(file.data(), file.size(), limits);
  return 0;
}
