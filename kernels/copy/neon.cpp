#include "kernels/targets.h"

#if LINNET_TARGET_NEON

#include "kernels/copy/copy.h"
#include "kernels/copy/vector.h"

namespace linnet {

void copy_neon(int pixels, int channels, size_t element_bytes, const void* in,
               size_t in_pixel_stride, void* out, size_t out_pixel_stride) {
  const auto* from = static_cast<const uint8_t*>(in);
  auto* to = static_cast<uint8_t*>(out);
  const size_t bytes = static_cast<size_t>(channels) * element_bytes;
  for (int p = 0; p < pixels; ++p) {
    copy_bytes(from, bytes, to, 1, 0);
    from += in_pixel_stride * element_bytes;
    to += out_pixel_stride * element_bytes;
  }
}

void concat_neon(int pixels, int inputs, const int* channels, size_t element_bytes,
                 const void* const* in, const size_t* in_pixel_stride, void* out,
                 size_t out_pixel_stride) {
  auto* to = static_cast<uint8_t*>(out);
  for (int i = 0; i < inputs; ++i) {
    copy_neon(pixels, channels[i], element_bytes, in[i], in_pixel_stride[i], to, out_pixel_stride);
    to += static_cast<size_t>(channels[i]) * element_bytes;
  }
}

}  // namespace linnet

#endif
