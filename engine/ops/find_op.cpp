#include "engine/build.h"
#include "engine/ops/op.h"

namespace linnet {
namespace {

// Ops that compute something else on int8 than on floats.
constexpr bool has_own_s8(uint8_t code) {
  return code == format::k_conv2d || code == format::k_dwconv2d || code == format::k_max_pool ||
         code == format::k_add || code == format::k_activation;
}

// The form for int8 of an op that has one of its own.
const OpDesc* find_s8_op(uint8_t code) {
  if constexpr (kHasS8) {
    switch (code) {
#define LINNET_S8_OP(name)                                            \
  case format::k_##name:                                              \
    if constexpr (has_op(format::k_##name)) return &k_op_##name##_s8; \
    break;
      LINNET_S8_OP(conv2d)
      LINNET_S8_OP(dwconv2d)
      LINNET_S8_OP(max_pool)
      LINNET_S8_OP(add)
      LINNET_S8_OP(activation)
#undef LINNET_S8_OP
      default:
        break;
    }
  }
  return nullptr;
}

// The form for floats, or for bytes of any type.
const OpDesc* find_general_op(uint8_t code) {
  switch (code) {
#define LINNET_OP(name, code, operands, weights, window, channels, types)              \
  case format::k_##name:                                                               \
    if constexpr (has_op(code) && (kHasF32 || !has_own_s8(code))) return &k_op_##name; \
    break;
#include "model/ops.def"
#undef LINNET_OP
    default:
      break;
  }
  return nullptr;
}

bool has_type(format::DType type) {
  return type == format::kS8 ? kHasS8 : kHasF32;
}

}  // namespace

const OpDesc* find_op(uint8_t code, format::DType in) {
  if (!has_type(in)) return nullptr;
  return in == format::kS8 && has_own_s8(code) ? find_s8_op(code) : find_general_op(code);
}

const char* missing_op(uint8_t code, format::DType in) {
  if (!has_type(in)) {
    return in == format::kS8 ? "type int8: add it to the CMake option LINNET_TYPES"
                             : "type f32: add it to the CMake option LINNET_TYPES";
  }
  switch (code) {
#define LINNET_OP(name, code, operands, weights, window, channels, types)                      \
  case format::k_##name:                                                                       \
    if constexpr (!has_op(code)) return "op " #name ": add it to the CMake option LINNET_OPS"; \
    break;
#include "model/ops.def"
#undef LINNET_OP
    default:
      break;
  }
  return "op: unknown";
}

}  // namespace linnet
