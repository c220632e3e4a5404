#include "kernels/dwconv_s8/dwconv_s8.h"

#include "kernels/targets.h"

namespace linnet {

#define LINNET_DWCONV_S8(name, features, kernel, stride) void name(const DwconvS8Args&);
#include "kernels/dwconv_s8/variants.inc"
#undef LINNET_DWCONV_S8

namespace {

constexpr DwconvS8Variant kVariants[] = {
#define LINNET_DWCONV_S8(name, features, kernel, stride) {#name, features, kernel, stride, name},
#include "kernels/dwconv_s8/variants.inc"
#undef LINNET_DWCONV_S8
};
constexpr int kVariantCount = sizeof kVariants / sizeof kVariants[0];

bool takes(const DwconvS8Variant& variant, int kernel_h, int kernel_w, int stride_w,
           int dilation_w) {
  if (variant.kernel == 0) return true;
  return variant.kernel == kernel_h && variant.kernel == kernel_w && variant.stride == stride_w &&
         dilation_w == 1;
}

}  // namespace

const DwconvS8Variant* dwconv_s8_variants(int* count) {
  *count = kVariantCount;
  return kVariants;
}

const DwconvS8Variant& dwconv_s8_select(uint32_t features, int kernel_h, int kernel_w, int stride_w,
                                        int dilation_w) {
  for (const DwconvS8Variant& variant : kVariants) {
    const bool available = (variant.features & features) == variant.features;
    if (available && takes(variant, kernel_h, kernel_w, stride_w, dilation_w)) return variant;
  }
  return kVariants[kVariantCount - 1];
}

}  // namespace linnet
