#include "kernels/targets.h"

#if LINNET_TARGET_NEON

#include "kernels/copy/vector.h"
#include "kernels/upsample/upsample.h"

namespace linnet {

void upsample_neon(int in_width, int factor, int channels, size_t element_bytes, const void* in,
                   size_t in_pixel_stride, void* out, size_t out_pixel_stride) {
  const auto* from = static_cast<const uint8_t*>(in);
  auto* to = static_cast<uint8_t*>(out);
  const size_t bytes = static_cast<size_t>(channels) * element_bytes;
  const size_t out_bytes = out_pixel_stride * element_bytes;
  for (int x = 0; x < in_width; ++x) {
    copy_bytes(from, bytes, to, factor, out_bytes);
    from += in_pixel_stride * element_bytes;
    to += static_cast<size_t>(factor) * out_bytes;
  }
}

}  // namespace linnet

#endif
