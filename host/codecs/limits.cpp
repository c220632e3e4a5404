#include <string>

#include "host/codecs/codecs.h"

namespace linnet::host::codecs {

void check_size(const char* format, int64_t width, int64_t height) {
  if (width >= 1 && height >= 1 && width <= kMaxImageExtent && height <= kMaxImageExtent &&
      width * height <= kMaxImagePixels) {
    return;
  }
  throw ImageError(std::string(format) + ": expected sides of 1 to " +
                   std::to_string(kMaxImageExtent) + " and at most " +
                   std::to_string(kMaxImagePixels) + " pixels, found " + std::to_string(width) +
                   "x" + std::to_string(height));
}

void check_density(const char* format, int64_t pixels, size_t file_bytes,
                   int64_t max_pixels_per_byte) {
  const auto bytes = static_cast<int64_t>(file_bytes);
  if (pixels / max_pixels_per_byte <= bytes) return;
  throw ImageError(std::string(format) + ": cut off: expected at least " +
                   std::to_string(pixels / max_pixels_per_byte) + " bytes for " +
                   std::to_string(pixels) + " pixels, found " + std::to_string(bytes));
}

}  // namespace linnet::host::codecs
