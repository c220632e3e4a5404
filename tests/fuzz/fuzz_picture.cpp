// Picture files of any content: read or refused, never more.
#include <cstdint>
#include <cstdlib>

#include "host/image.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  try {
    const linnet::host::Image image = linnet::host::decode_image({data, size});
    const size_t pixels = static_cast<size_t>(image.width) * static_cast<size_t>(image.height);
    if (pixels == 0 || image.rgb.size() != 3 * pixels) std::abort();
  } catch (const linnet::host::ImageError&) {
  }
  return 0;
}
