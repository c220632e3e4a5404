#include "kernels/igemm_f32/igemm_f32.h"

#include "kernels/variant.h"

namespace linnet {

#define LINNET_IGEMM_F32(name, features, mr, nr)                                                   \
  void name(int, int, const float* const*, const int*, const float*, size_t, int, const Epilogue&, \
            float*, size_t);
#include "kernels/igemm_f32/variants.inc"
#undef LINNET_IGEMM_F32

namespace {
constexpr IgemmF32Variant kVariants[] = {
#define LINNET_IGEMM_F32(name, features, mr, nr) {#name, features, mr, nr, name},
#include "kernels/igemm_f32/variants.inc"
#undef LINNET_IGEMM_F32
};
}  // namespace

const IgemmF32Variant* igemm_f32_variants(int* count) {
  *count = sizeof kVariants / sizeof kVariants[0];
  return kVariants;
}

const IgemmF32Variant& igemm_f32_select(uint32_t features) {
  return first_available(kVariants, features);
}

}  // namespace linnet
