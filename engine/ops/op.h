// How the executor sees an operator: one OpDesc per row of model/ops.def, defined in
// engine/ops/<name>.cpp.
#pragma once

#include "engine/session.h"
#include "kernels/requantize.h"
#include "kernels/table_s8/table_s8.h"

namespace linnet {

struct OpDesc {
  // Chooses the kernel variant: sets step->kernel.
  void (*bind)(uint32_t cpu_features, Step* step);
  // Bytes of scratch that one worker needs for this step.
  size_t (*scratch_bytes)(const Step& step);
  // How many independent items the step has; null: they are the rows of its output.
  int (*item_count)(const Step& step);
  // Computes items [begin, end). Items may run in any order and on any threads; the bits of the
  // result do not depend on it. scratch: scratch_bytes, 64-byte aligned.
  void (*run)(const SessionState& session, const Step& step, int begin, int end, void* scratch);
  // Into how many pieces the items are divided for each thread. More than one, so that a slow core
  // does not hold up the others; one where neighbouring pieces compute something twice.
  int pieces_per_thread = 4;

  bool runs_rows() const { return item_count == nullptr; }
  int items(const Step& step) const {
    return runs_rows() ? rows_extent(step).height : item_count(step);
  }
};

// The description of an op that reads this type, null for one that this build lacks.
const OpDesc* find_op(uint8_t code, format::DType in);
// What is missing if find_op gives null, and how to get it: for linnet_error.
const char* missing_op(uint8_t code, format::DType in);

#define LINNET_OP(name, code, operands, weights, window, channels, types) \
  extern const OpDesc k_op_##name;
#include "model/ops.def"
#undef LINNET_OP
// On int8; ops that only move bytes have no second form.
extern const OpDesc k_op_conv2d_s8, k_op_dwconv2d_s8, k_op_max_pool_s8, k_op_add_s8,
    k_op_activation_s8;

// --- shared by several ops ---------------------------------------------------------------------

inline Epilogue epilogue_of(const format::Node& node) {
  return {static_cast<Activation>(node.activation), node.activation_alpha};
}

inline size_t pixel_index(const Tensor& tensor, int y, int x) {
  return static_cast<size_t>(y) * static_cast<size_t>(tensor.width) + static_cast<size_t>(x);
}
// T is the tensor's element type.
template <typename T>
T* pixel(const Tensor& tensor, int y, int x, int channel) {
  return static_cast<T*>(tensor.data) +
         pixel_index(tensor, y, x) * static_cast<size_t>(tensor.channels) + channel;
}
// For ops that only move bytes.
inline void* pixel_bytes(const Tensor& tensor, int y, int x, int channel) {
  const size_t element = pixel_index(tensor, y, x) * static_cast<size_t>(tensor.channels) +
                         static_cast<size_t>(channel);
  return static_cast<uint8_t*>(tensor.data) + element * element_bytes(tensor.dtype);
}

// What int8 sums become.
inline RequantizeS8 requantize_of(const format::Node& node) {
  return {node.out_zero_point, node.out_low, node.out_high,
          (node.parameter & format::kSmallSums) != 0};
}
// The table that a node's weights end with, null without.
inline const int8_t* table_of(const format::Node& node, const void* weights) {
  if ((node.parameter & format::kHasTable) == 0) return nullptr;
  return static_cast<const int8_t*>(weights) + node.weight_bytes - kTableS8Entries;
}

inline size_t no_scratch(const Step&) {
  return 0;
}
// Walks two or three views in step and calls visit(channel, count, in, out) for each run of
// channels that is contiguous in all of them: `channel` counts from the start of the views, `in`
// and `out` are segments that start at it.
template <typename Visit>
void for_each_run(const View& in, const View& out, const Visit& visit) {
  int channel = 0;
  int i = 0, o = 0, i_used = 0, o_used = 0;
  while (i < in.count && o < out.count) {
    format::Segment from = in.segments[i];
    format::Segment to = out.segments[o];
    const int left = from.channels - i_used;
    const int right = to.channels - o_used;
    const int count = left < right ? left : right;
    from.channel = static_cast<uint16_t>(from.channel + i_used);
    to.channel = static_cast<uint16_t>(to.channel + o_used);
    visit(channel, count, from, to);
    channel += count;
    i_used = count == left ? 0 : i_used + count;
    o_used = count == right ? 0 : o_used + count;
    i += count == left;
    o += count == right;
  }
}

// Input rows under the window at output row y: null where the row is padding.
template <typename T>
void window_rows(const Tensor& in, const format::Node& node, int y, int channel, const T** rows) {
  for (int r = 0; r < node.kernel_h; ++r) {
    const int row = y * node.stride_h - node.pad_top + r * node.dilation_h;
    rows[r] = row < 0 || row >= in.height ? nullptr : pixel<T>(in, row, 0, channel);
  }
}

}  // namespace linnet
