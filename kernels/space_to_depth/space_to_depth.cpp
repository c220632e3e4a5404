#include "kernels/space_to_depth/space_to_depth.h"

#include "kernels/variant.h"

namespace linnet {

#define LINNET_SPACE_TO_DEPTH(name, features) \
  void name(int, int, int, size_t, const void* const*, size_t, void*, size_t);
#include "kernels/space_to_depth/variants.inc"
#undef LINNET_SPACE_TO_DEPTH

namespace {
constexpr SpaceToDepthVariant kVariants[] = {
#define LINNET_SPACE_TO_DEPTH(name, features) {#name, features, name},
#include "kernels/space_to_depth/variants.inc"
#undef LINNET_SPACE_TO_DEPTH
};
}  // namespace

const SpaceToDepthVariant* space_to_depth_variants(int* count) {
  *count = sizeof kVariants / sizeof kVariants[0];
  return kVariants;
}

const SpaceToDepthVariant& space_to_depth_select(uint32_t features) {
  return first_available(kVariants, features);
}

}  // namespace linnet
