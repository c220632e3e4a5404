// The columns of ops.def as data.
#pragma once

#include "model/format.h"

namespace linnet::format {

enum class WeightKind : uint8_t { none, igemm, dwconv, winograd, scales };
enum class WindowKind : uint8_t { none, sliding, factor, groups };
enum class ChannelRule : uint8_t { free, same, broadcast, depth };
enum class TypeRule : uint8_t { f32, same, dense, to_s8, to_f32 };

struct OpTraits {
  const char* name;
  uint8_t code;
  uint8_t operands;
  WeightKind weights;
  WindowKind window;
  ChannelRule channels;
  TypeRule types;
};

inline constexpr OpTraits kOpTraits[] = {
#define LINNET_OP(name, code, operands, weights, window, channels, types)                          \
  {#name,          code, operands, WeightKind::weights, WindowKind::window, ChannelRule::channels, \
   TypeRule::types},
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

// The layout of a node's weights if it reads floats, or int8.
constexpr WeightLayout layout_of(const OpTraits& traits, DType in) {
  if (traits.weights == WeightKind::scales) return kScales;
  if (in == kF32) {
    switch (traits.weights) {
      case WeightKind::igemm:
        return kIgemmF32N8k1;
      case WeightKind::dwconv:
        return kDwconvF32K1c8;
      case WeightKind::winograd:
        return kWinogradF32N8k1;
      default:
        return kNoWeights;
    }
  }
  if (traits.code == k_add) return kAddS8;
  if (traits.code == k_activation) return kTableS8;
  switch (traits.weights) {
    case WeightKind::igemm:
      return kIgemmS8N8k4;
    case WeightKind::dwconv:
      return kDwconvS8K1c8;
    default:
      return kNoWeights;
  }
}

// Ops whose views must be one segment: they permute pixels or channels inside a tensor.
constexpr bool takes_one_segment(const OpTraits& traits) {
  return traits.window == WindowKind::factor || traits.window == WindowKind::groups;
}

}  // namespace linnet::format
