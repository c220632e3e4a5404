#include "kernels/eltwise_f32/eltwise_f32.h"

#include "kernels/variant.h"

namespace linnet {

#define LINNET_ELTWISE_F32(suffix, features)                                                   \
  void add_f32_##suffix(int, int, const float*, size_t, const float*, size_t, const Epilogue&, \
                        float*, size_t);                                                       \
  void mul_f32_##suffix(int, int, const float*, size_t, const float*, size_t, const Epilogue&, \
                        float*, size_t);
#include "kernels/eltwise_f32/variants.inc"
#undef LINNET_ELTWISE_F32

namespace {
constexpr EltwiseF32Variant kVariants[] = {
#define LINNET_ELTWISE_F32(suffix, features) \
  {"eltwise_f32_" #suffix, features, add_f32_##suffix, mul_f32_##suffix},
#include "kernels/eltwise_f32/variants.inc"
#undef LINNET_ELTWISE_F32
};
}  // namespace

const EltwiseF32Variant* eltwise_f32_variants(int* count) {
  *count = sizeof kVariants / sizeof kVariants[0];
  return kVariants;
}

const EltwiseF32Variant& eltwise_f32_select(uint32_t features) {
  return first_available(kVariants, features);
}

}  // namespace linnet
