#include "engine/ops/op.h"

namespace linnet {
namespace {

// Ops that compute something else on int8 than on floats; null if this one does not.
const OpDesc* find_s8_op(uint8_t code, format::DType out) {
  switch (code) {
    case format::k_conv2d:
      return out == format::kS8 ? &k_op_conv2d_s8 : &k_op_conv2d_s8_f32;
    case format::k_dwconv2d:
      return &k_op_dwconv2d_s8;
    case format::k_max_pool:
      return &k_op_max_pool_s8;
    case format::k_add:
      return &k_op_add_s8;
    case format::k_activation:
      return &k_op_activation_s8;
    default:
      return nullptr;
  }
}

}  // namespace

const OpDesc* find_op(uint8_t code, format::DType in, format::DType out) {
  const OpDesc* s8 = in == format::kS8 ? find_s8_op(code, out) : nullptr;
  if (s8 != nullptr) return s8;
  switch (code) {
#define LINNET_OP(name, code, operands, weights, window, channels, types) \
  case format::k_##name:                                                  \
    return &k_op_##name;
#include "model/ops.def"
#undef LINNET_OP
    default:
      return nullptr;
  }
}

}  // namespace linnet
