#include <cstring>

#include "kernels/channel_shuffle/channel_shuffle.h"

namespace linnet {

void channel_shuffle_scalar(int pixels, int channels, int groups, size_t element_bytes,
                            const void* in, size_t in_pixel_stride, void* out,
                            size_t out_pixel_stride) {
  const auto* from = static_cast<const uint8_t*>(in);
  auto* to = static_cast<uint8_t*>(out);
  const int per_group = channels / groups;
  for (int p = 0; p < pixels; ++p) {
    for (int j = 0; j < per_group; ++j) {
      for (int g = 0; g < groups; ++g) {
        std::memcpy(to + static_cast<size_t>(j * groups + g) * element_bytes,
                    from + static_cast<size_t>(g * per_group + j) * element_bytes, element_bytes);
      }
    }
    from += in_pixel_stride * element_bytes;
    to += out_pixel_stride * element_bytes;
  }
}

}  // namespace linnet
