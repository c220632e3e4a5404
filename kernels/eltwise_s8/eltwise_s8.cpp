#include "kernels/eltwise_s8/eltwise_s8.h"

#include "kernels/variant.h"

namespace linnet {

#define LINNET_ELTWISE_S8(suffix, features)                                                  \
  void add_s8_##suffix(int, int, const int8_t*, size_t, const int8_t*, size_t, const AddS8&, \
                       int8_t*, size_t);
#include "kernels/eltwise_s8/variants.inc"
#undef LINNET_ELTWISE_S8

namespace {
constexpr EltwiseS8Variant kVariants[] = {
#define LINNET_ELTWISE_S8(suffix, features) {"eltwise_s8_" #suffix, features, add_s8_##suffix},
#include "kernels/eltwise_s8/variants.inc"
#undef LINNET_ELTWISE_S8
};
}  // namespace

const EltwiseS8Variant* eltwise_s8_variants(int* count) {
  *count = sizeof kVariants / sizeof kVariants[0];
  return kVariants;
}

const EltwiseS8Variant& eltwise_s8_select(uint32_t features) {
  return first_available(kVariants, features);
}

}  // namespace linnet
