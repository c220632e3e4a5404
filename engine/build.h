// What this build of the engine contains. cmake/LinnetTrim.cmake defines what the options
// LINNET_TYPES and LINNET_OPS leave out: LINNET_NO_F32, LINNET_NO_INT8 (also for #if, around
// templates that are instantiated for a type) and LINNET_OP_MASK. With nothing defined everything
// is in.
#pragma once

#include <cstdint>

#ifndef LINNET_OP_MASK
#define LINNET_OP_MASK 0xFFFFFFFFu  // bit by code
#endif

namespace linnet {

#if LINNET_NO_F32
inline constexpr bool kHasF32 = false;
#else
inline constexpr bool kHasF32 = true;
#endif
#if LINNET_NO_INT8
inline constexpr bool kHasS8 = false;
#else
inline constexpr bool kHasS8 = true;
#endif

constexpr bool has_op(uint32_t code) {
  return ((LINNET_OP_MASK >> code) & 1) != 0;
}

}  // namespace linnet
