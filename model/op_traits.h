// The columns of ops.def as data.
#pragma once

#include "model/format.h"

namespace linnet::format {

enum class WeightKind : uint8_t { none, igemm, dwconv, winograd };
enum class WindowKind : uint8_t { none, sliding, factor, groups };
enum class ChannelRule : uint8_t { free, same, broadcast, depth };

struct OpTraits {
  const char* name;
  uint8_t code;
  uint8_t operands;
  WeightKind weights;
  WindowKind window;
  ChannelRule channels;
};

inline constexpr OpTraits kOpTraits[] = {
#define LINNET_OP(name, code, operands, weights, window, channels) \
  {#name, code, operands, WeightKind::weights, WindowKind::window, ChannelRule::channels},
#include "model/ops.def"
#undef LINNET_OP
};

// Null for a code that no row has.
constexpr const OpTraits* op_traits(uint8_t code) {
  for (const OpTraits& traits : kOpTraits) {
    if (traits.code == code) return &traits;
  }
  return nullptr;
}

// Ops whose views must be one segment: they permute pixels or channels inside a tensor.
constexpr bool takes_one_segment(const OpTraits& traits) {
  return traits.window == WindowKind::factor || traits.window == WindowKind::groups;
}

}  // namespace linnet::format
