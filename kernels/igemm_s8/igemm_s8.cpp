#include "kernels/igemm_s8/igemm_s8.h"

#include "kernels/variant.h"

namespace linnet {

#define LINNET_IGEMM_S8(name, features, mr, nr, large_calls)                                       \
  void name(int, int, const int8_t* const*, const int*, const void*, size_t, int,                  \
            const RequantizeS8&, int8_t*, size_t);                                                 \
  void name##_to_f32(int, int, const int8_t* const*, const int*, const void*, size_t, int, float*, \
                     size_t);
#include "kernels/igemm_s8/variants.inc"
#undef LINNET_IGEMM_S8

namespace {
constexpr IgemmS8Variant kVariants[] = {
#define LINNET_IGEMM_S8(name, features, mr, nr, large_calls) \
  {#name, features, mr, nr, large_calls, name, name##_to_f32},
#include "kernels/igemm_s8/variants.inc"
#undef LINNET_IGEMM_S8
};
}  // namespace

const IgemmS8Variant* igemm_s8_variants(int* count) {
  *count = sizeof kVariants / sizeof kVariants[0];
  return kVariants;
}

const IgemmS8Variant& igemm_s8_select(uint32_t features) {
  return first_available(kVariants, features);
}

}  // namespace linnet
