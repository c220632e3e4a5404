#include "kernels/upsample/upsample.h"

#include "kernels/variant.h"

namespace linnet {

#define LINNET_UPSAMPLE(name, features) \
  void name(int, int, int, size_t, const void*, size_t, void*, size_t);
#include "kernels/upsample/variants.inc"
#undef LINNET_UPSAMPLE

namespace {
constexpr UpsampleVariant kVariants[] = {
#define LINNET_UPSAMPLE(name, features) {#name, features, name},
#include "kernels/upsample/variants.inc"
#undef LINNET_UPSAMPLE
};
}  // namespace

const UpsampleVariant* upsample_variants(int* count) {
  *count = sizeof kVariants / sizeof kVariants[0];
  return kVariants;
}

const UpsampleVariant& upsample_select(uint32_t features) {
  return first_available(kVariants, features);
}

}  // namespace linnet
