#include "kernels/activation_f32/activation_f32.h"

#include "kernels/variant.h"

namespace linnet {

#define LINNET_ACTIVATION_F32(name, features) \
  void name(int, int, const float*, size_t, const Epilogue&, float*, size_t);
#include "kernels/activation_f32/variants.inc"
#undef LINNET_ACTIVATION_F32

namespace {
constexpr ActivationF32Variant kVariants[] = {
#define LINNET_ACTIVATION_F32(name, features) {#name, features, name},
#include "kernels/activation_f32/variants.inc"
#undef LINNET_ACTIVATION_F32
};
}  // namespace

const ActivationF32Variant* activation_f32_variants(int* count) {
  *count = sizeof kVariants / sizeof kVariants[0];
  return kVariants;
}

const ActivationF32Variant& activation_f32_select(uint32_t features) {
  return first_available(kVariants, features);
}

}  // namespace linnet
