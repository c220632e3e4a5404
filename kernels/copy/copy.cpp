#include "kernels/copy/copy.h"

#include "kernels/variant.h"

namespace linnet {

#define LINNET_COPY(suffix, features)                                                          \
  void copy_##suffix(int, int, size_t, const void*, size_t, void*, size_t);                    \
  void concat_##suffix(int, int, const int*, size_t, const void* const*, const size_t*, void*, \
                       size_t);
#include "kernels/copy/variants.inc"
#undef LINNET_COPY

namespace {
constexpr CopyVariant kVariants[] = {
#define LINNET_COPY(suffix, features) {"copy_" #suffix, features, copy_##suffix, concat_##suffix},
#include "kernels/copy/variants.inc"
#undef LINNET_COPY
};
}  // namespace

const CopyVariant* copy_variants(int* count) {
  *count = sizeof kVariants / sizeof kVariants[0];
  return kVariants;
}

const CopyVariant& copy_select(uint32_t features) {
  return first_available(kVariants, features);
}

}  // namespace linnet
