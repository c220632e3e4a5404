#include "kernels/pool_s8/pool_s8.h"

#include "kernels/variant.h"

namespace linnet {

#define LINNET_POOL_S8(suffix, features) void max_pool_s8_##suffix(const PoolS8Args&);
#include "kernels/pool_s8/variants.inc"
#undef LINNET_POOL_S8

namespace {
constexpr PoolS8Variant kVariants[] = {
#define LINNET_POOL_S8(suffix, features) {"pool_s8_" #suffix, features, max_pool_s8_##suffix},
#include "kernels/pool_s8/variants.inc"
#undef LINNET_POOL_S8
};
}  // namespace

const PoolS8Variant* pool_s8_variants(int* count) {
  *count = sizeof kVariants / sizeof kVariants[0];
  return kVariants;
}

const PoolS8Variant& pool_s8_select(uint32_t features) {
  return first_available(kVariants, features);
}

}  // namespace linnet
