#include <cstring>

#include "kernels/space_to_depth/space_to_depth.h"

namespace linnet {

void space_to_depth_scalar(int out_width, int block, int channels, size_t element_bytes,
                           const void* const* rows, size_t in_pixel_stride, void* out,
                           size_t out_pixel_stride) {
  const size_t bytes = static_cast<size_t>(channels) * element_bytes;
  for (int x = 0; x < out_width; ++x) {
    auto* to =
        static_cast<uint8_t*>(out) + static_cast<size_t>(x) * out_pixel_stride * element_bytes;
    for (int dy = 0; dy < block; ++dy) {
      const auto* row = static_cast<const uint8_t*>(rows[dy]);
      for (int dx = 0; dx < block; ++dx) {
        std::memcpy(to, row + static_cast<size_t>(x * block + dx) * in_pixel_stride * element_bytes,
                    bytes);
        to += bytes;
      }
    }
  }
}

}  // namespace linnet
