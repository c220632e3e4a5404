#include "kernels/winograd_f32/winograd_f32.h"

#include "kernels/targets.h"

namespace linnet {

#define LINNET_WINOGRAD_F32(suffix, features)                                                     \
  void winograd_input_f32_2x2_##suffix(const float* const*, int, float*, size_t);                 \
  void winograd_input_f32_4x4_##suffix(const float* const*, int, float*, size_t);                 \
  void winograd_output_f32_2x2_##suffix(const float*, size_t, const float*, int, const Epilogue&, \
                                        float* const*);                                           \
  void winograd_output_f32_4x4_##suffix(const float*, size_t, const float*, int, const Epilogue&, \
                                        float* const*);
#include "kernels/winograd_f32/variants.inc"
#undef LINNET_WINOGRAD_F32

namespace {
constexpr WinogradF32Variant kVariants[] = {
#define LINNET_WINOGRAD_F32(suffix, features)                                     \
  {"winograd_f32_2x2_" #suffix, features, 2, winograd_input_f32_2x2_##suffix,     \
   winograd_output_f32_2x2_##suffix},                                             \
      {"winograd_f32_4x4_" #suffix, features, 4, winograd_input_f32_4x4_##suffix, \
       winograd_output_f32_4x4_##suffix},
#include "kernels/winograd_f32/variants.inc"
#undef LINNET_WINOGRAD_F32
};
constexpr int kVariantCount = sizeof kVariants / sizeof kVariants[0];
}  // namespace

const WinogradF32Variant* winograd_f32_variants(int* count) {
  *count = kVariantCount;
  return kVariants;
}

const WinogradF32Variant& winograd_f32_select(uint32_t features, int tile) {
  for (const WinogradF32Variant& variant : kVariants) {
    if ((variant.features & features) == variant.features && variant.tile == tile) return variant;
  }
  return kVariants[kVariantCount - (tile == 2 ? 2 : 1)];
}

}  // namespace linnet
