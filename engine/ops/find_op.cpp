#include "engine/ops/op.h"

namespace linnet {

const OpDesc* find_op(uint8_t code) {
  switch (code) {
#define LINNET_OP(name, code, operands, weights, window, channels) \
  case format::k_##name:                                           \
    return &k_op_##name;
#include "model/ops.def"
#undef LINNET_OP
    default:
      return nullptr;
  }
}

}  // namespace linnet
