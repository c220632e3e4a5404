#include "kernels/quantize/quantize.h"

#include "kernels/variant.h"

namespace linnet {

#define LINNET_QUANTIZE(suffix, features)                                                       \
  void quantize_f32_##suffix(int, int, const float*, size_t, const float*, const RequantizeS8&, \
                             int8_t*, size_t);                                                  \
  void dequantize_s8_##suffix(int, int, const int8_t*, size_t, const float*, int8_t, float*,    \
                              size_t);
#include "kernels/quantize/variants.inc"
#undef LINNET_QUANTIZE

namespace {
constexpr QuantizeVariant kVariants[] = {
#define LINNET_QUANTIZE(suffix, features) \
  {"quantize_" #suffix, features, quantize_f32_##suffix, dequantize_s8_##suffix},
#include "kernels/quantize/variants.inc"
#undef LINNET_QUANTIZE
};
}  // namespace

const QuantizeVariant* quantize_variants(int* count) {
  *count = sizeof kVariants / sizeof kVariants[0];
  return kVariants;
}

const QuantizeVariant& quantize_select(uint32_t features) {
  return first_available(kVariants, features);
}

}  // namespace linnet
