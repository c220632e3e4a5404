#include "kernels/pool_f32/pool_f32.h"

#include "kernels/variant.h"

namespace linnet {

#define LINNET_POOL_F32(suffix, features)         \
  void max_pool_f32_##suffix(const PoolF32Args&); \
  void avg_pool_f32_##suffix(const PoolF32Args&); \
  void global_avg_pool_f32_##suffix(int, int, const float*, size_t, float*);
#include "kernels/pool_f32/variants.inc"
#undef LINNET_POOL_F32

namespace {
constexpr PoolF32Variant kVariants[] = {
#define LINNET_POOL_F32(suffix, features)                                       \
  {"pool_f32_" #suffix, features, max_pool_f32_##suffix, avg_pool_f32_##suffix, \
   global_avg_pool_f32_##suffix},
#include "kernels/pool_f32/variants.inc"
#undef LINNET_POOL_F32
};
}  // namespace

const PoolF32Variant* pool_f32_variants(int* count) {
  *count = sizeof kVariants / sizeof kVariants[0];
  return kVariants;
}

const PoolF32Variant& pool_f32_select(uint32_t features) {
  return first_available(kVariants, features);
}

}  // namespace linnet
