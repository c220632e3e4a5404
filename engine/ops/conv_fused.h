// A convolution and the max-pool or depthwise convolution that alone reads it run together, row by
// row, so that the tensor between them never exists: the stem's is the largest of the network.
#pragma once

#include "engine/ops/op.h"

namespace linnet {

// True if `next`, the step after `conv`, can and should run inside it: it reads the whole output of
// `conv` and nothing else. That nobody else uses this tensor is for the caller to know.
bool can_fuse_conv(const Step& conv, const Step& next, int threads);

// In place of conv's own; the other step is conv.fused.
const OpDesc* fused_conv_op(format::DType type);

}  // namespace linnet
