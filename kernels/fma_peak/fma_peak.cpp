#include "kernels/fma_peak/fma_peak.h"

#include "kernels/variant.h"

namespace linnet {

#define LINNET_FMA_PEAK(name, features, macs) float name(int);
#include "kernels/fma_peak/variants.inc"
#undef LINNET_FMA_PEAK

namespace {
constexpr FmaPeakVariant kVariants[] = {
#define LINNET_FMA_PEAK(name, features, macs) {#name, features, macs, name},
#include "kernels/fma_peak/variants.inc"
#undef LINNET_FMA_PEAK
};
}  // namespace

const FmaPeakVariant* fma_peak_variants(int* count) {
  *count = sizeof kVariants / sizeof kVariants[0];
  return kVariants;
}

const FmaPeakVariant& fma_peak_select(uint32_t features) {
  return first_available(kVariants, features);
}

}  // namespace linnet
