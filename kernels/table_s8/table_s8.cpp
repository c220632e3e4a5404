#include "kernels/table_s8/table_s8.h"

#include "kernels/variant.h"

namespace linnet {

#define LINNET_TABLE_S8(name, features) \
  void name(int, int, const int8_t*, size_t, const int8_t*, int8_t*, size_t);
#include "kernels/table_s8/variants.inc"
#undef LINNET_TABLE_S8

namespace {
constexpr TableS8Variant kVariants[] = {
#define LINNET_TABLE_S8(name, features) {#name, features, name},
#include "kernels/table_s8/variants.inc"
#undef LINNET_TABLE_S8
};
}  // namespace

const TableS8Variant* table_s8_variants(int* count) {
  *count = sizeof kVariants / sizeof kVariants[0];
  return kVariants;
}

const TableS8Variant& table_s8_select(uint32_t features) {
  return first_available(kVariants, features);
}

}  // namespace linnet
