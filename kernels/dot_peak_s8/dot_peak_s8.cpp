#include "kernels/dot_peak_s8/dot_peak_s8.h"

#include "kernels/variant.h"

namespace linnet {

#define LINNET_DOT_PEAK_S8(name, features, macs) int32_t name(int);
#include "kernels/dot_peak_s8/variants.inc"
#undef LINNET_DOT_PEAK_S8

namespace {
constexpr DotPeakS8Variant kVariants[] = {
#define LINNET_DOT_PEAK_S8(name, features, macs) {#name, features, macs, name},
#include "kernels/dot_peak_s8/variants.inc"
#undef LINNET_DOT_PEAK_S8
};
}  // namespace

const DotPeakS8Variant* dot_peak_s8_variants(int* count) {
  *count = sizeof kVariants / sizeof kVariants[0];
  return kVariants;
}

const DotPeakS8Variant& dot_peak_s8_select(uint32_t features) {
  return first_available(kVariants, features);
}

}  // namespace linnet
