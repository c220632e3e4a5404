// How a family lists and chooses its variants: a table, best first, whose last row runs everywhere.
#pragma once

#include "kernels/base.h"
#include "kernels/targets.h"

namespace linnet {

// The first variant whose required features are all available.
template <typename Variant, int count>
const Variant& first_available(const Variant (&table)[count], uint32_t features) {
  for (const Variant& variant : table) {
    if ((variant.features & features) == variant.features) return variant;
  }
  return table[count - 1];
}

}  // namespace linnet
