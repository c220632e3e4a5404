#include "engine/ops/conv_fused.h"

#include "engine/ops/conv_block.h"
#include "engine/ops/dwconv.h"
#include "engine/ops/pool.h"

namespace linnet {
namespace {

// A smaller tensor stays in the second-level cache, and rows of few pixels fill tiles badly.
constexpr size_t kFewestBytes = 256 * 1024;
constexpr int kFewestColumns = 32;
constexpr int kPiecesPerThread = 1;

size_t row_values(const Step& step) {
  return static_cast<size_t>(step.out_extent.width) * static_cast<size_t>(step.out.channels());
}

template <typename Kernel>
size_t scratch_bytes(const Step& step) {
  return conv_scratch_bytes<Kernel>(step) +
         step.fused.node->kernel_h * row_values(step) * sizeof(typename Kernel::In);
}

// The last rows of the convolution, row r at place r % kernel_h of a ring.
template <typename Kernel>
class RollingRows {
 public:
  using Out = typename Kernel::In;  // the two types are the same

  RollingRows(const SessionState& session, const Step& step, void* scratch)
      : step_(step),
        block_(session, step, scratch),
        ring_(reinterpret_cast<Out*>(static_cast<uint8_t*>(scratch) +
                                     conv_scratch_bytes<Kernel>(step))) {}

  // Makes rows [first, last) available; `first` never falls.
  void advance(int first, int last) {
    if (next_ < first) next_ = first;
    for (; next_ < last; ++next_) compute(next_);
  }
  const Out* row(int r) const { return place(r); }

 private:
  Out* place(int r) const {
    return ring_ + static_cast<size_t>(r % step_.fused.node->kernel_h) * row_values(step_);
  }
  void compute(int r) {
    const int width = step_.out_extent.width;
    const int channels = step_.out.channels();
    const int most = conv_block_pixels<Kernel>(step_);
    for (int x = 0; x < width; x += most) {
      const int count = width - x < most ? width - x : most;
      block_.place(r * width + x, count, place(r) + static_cast<size_t>(x * channels));
      block_.run(0, channels);
    }
  }

  const Step& step_;
  ConvBlock<Kernel> block_;
  Out* ring_;
  int next_ = 0;
};

inline PoolF32 max_pool_of(const void* variant, const float*) {
  return static_cast<const PoolF32Variant*>(variant)->max_pool;
}
inline MaxPoolS8 max_pool_of(const void* variant, const int8_t*) {
  return static_cast<const PoolS8Variant*>(variant)->max_pool;
}

// Row y of the fused step, from rows of the convolution (null: padding).
template <typename T>
void run_fused_row(const SessionState& session, const Step& step, const T* const* rows, int y) {
  const format::Node& node = *step.fused.node;
  const View& out = step.fused.out;
  const int width = step.out_extent.width, channels = step.out.channels();
  const Dwconv layer{node, step.fused.weights, step.fused.kernel, channels};
  int channel = 0;
  for (int i = 0; i < out.count; ++i) {
    const format::Segment& to = out.segments[i];
    const Tensor& tensor = session.tensors[to.tensor];
    const T* from[format::kMaxKernel];
    for (int r = 0; r < node.kernel_h; ++r) {
      from[r] = rows[r] == nullptr ? nullptr : rows[r] + channel;
    }
    if (node.op == format::k_max_pool) {
      run_pool_row(node, from, width, channels, to, tensor, y,
                   max_pool_of(step.fused.kernel, from[0]));
    } else {
      run_dwconv_row(session, layer, DwconvRowsIn<T>{from, width, static_cast<size_t>(channels)},
                     channel, to.channels, to, tensor, y);
    }
    channel += to.channels;
  }
}

template <typename Kernel>
void run(const SessionState& session, const Step& step, int begin, int end, void* scratch) {
  const format::Node& node = *step.fused.node;
  const int height = step.out_extent.height;
  RollingRows<Kernel> rolling(session, step, scratch);
  for (int y = begin; y < end; ++y) {
    const int top = y * node.stride_h - node.pad_top;
    const int bottom = top + node.kernel_h;
    rolling.advance(top < 0 ? 0 : top, bottom < height ? bottom : height);
    const typename Kernel::In* rows[format::kMaxKernel];
    for (int r = 0; r < node.kernel_h; ++r) {
      rows[r] = top + r < 0 || top + r >= height ? nullptr : rolling.row(top + r);
    }
    run_fused_row(session, step, rows, y);
  }
}

// The rows that a piece of the work computes for itself although its neighbour has them too.
int shared_rows(const format::Node& node) {
  return node.kernel_h > node.stride_h ? node.kernel_h - node.stride_h : 0;
}

template <typename Kernel>
constexpr OpDesc kFused = {nullptr, scratch_bytes<Kernel>, nullptr, run<Kernel>, kPiecesPerThread};

bool is_worth_it(const Step& conv, const Step& next, int threads) {
  if (next.node->op == format::k_max_pool) return true;
  const size_t bytes =
      row_values(conv) * static_cast<size_t>(conv.out_extent.height) * element_bytes(conv.out_type);
  // One row in eight may be computed twice.
  const int rows_of_piece = conv.out_extent.height / (kPiecesPerThread * threads);
  return bytes >= kFewestBytes && conv.out_extent.width >= kFewestColumns &&
         8 * shared_rows(*next.node) <= rows_of_piece;
}

// In-place buffers: rows that the convolution still needs would be overwritten.
bool writes_what_it_reads(const Step& conv, const Step& next) {
  for (int i = 0; i < conv.in[0].count; ++i) {
    for (int k = 0; k < next.out.count; ++k) {
      if (conv.in[0].segments[i].tensor == next.out.segments[k].tensor) return true;
    }
  }
  return false;
}

}  // namespace

bool can_fuse_conv(const Step& conv, const Step& next, int threads) {
  const bool pool = next.node->op == format::k_max_pool;
  const bool depthwise = next.node->op == format::k_dwconv2d;
  return conv.node->op == format::k_conv2d && conv.in_type == conv.out_type &&
         (pool || depthwise) && next.node->dilation_h == 1 && next.whole_input &&
         conv.out.count == 1 && conv.out.segments[0].tensor == next.in[0].segments[0].tensor &&
         conv.out.channels() == next.in[0].channels() && !writes_what_it_reads(conv, next) &&
         is_worth_it(conv, next, threads);
}

const OpDesc* fused_conv_op(format::DType type) {
#if !LINNET_NO_INT8
  if (type == format::kS8) return &kFused<ConvKernelS8>;
#endif
#if !LINNET_NO_F32
  if (type == format::kF32) return &kFused<ConvKernelF32>;
#endif
  return nullptr;
}

}  // namespace linnet
