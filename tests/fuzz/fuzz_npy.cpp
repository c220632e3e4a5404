// Any bytes as a .npy file.
#include <cstdint>
#include <cstdlib>
#include <stdexcept>

#include "host/npy.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  try {
    const linnet::host::NpyArray array = linnet::host::parse_npy("x.npy", {data, size});
    size_t count = 1;
    for (const size_t extent : array.shape) count *= extent;
    if (array.data.size() != count) std::abort();
  } catch (const std::runtime_error&) {
  }
  return 0;
}
