#include "engine/ops/conv_block.h"

#include <cstring>

#include "engine/arena.h"

namespace linnet {
namespace {

struct BlockLimits {
  size_t input_bytes;  // that one block reads
  int pixels;
  size_t panel_bytes;  // that one kernel call passes over
};
constexpr BlockLimits kFirstLevelCache = {20 * 1024, 64, 17 * 1024};
// Where a kernel copies what it reads of each tile, only that and one panel need fit there.
constexpr BlockLimits kSecondLevelCache = {64 * 1024, 200, 256 * 1024};

template <typename Kernel>
const typename Kernel::Variant& variant(const Step& step) {
  return *static_cast<const typename Kernel::Variant*>(step.kernel);
}

template <typename Kernel>
const BlockLimits& limits(const Step& step) {
  // A detection head keeps the logits of a block, of which it mostly computes few.
  const bool large = Kernel::large_calls(variant<Kernel>(step)) && step.head < 0;
  return large ? kSecondLevelCache : kFirstLevelCache;
}

// Whether a block's results are gathered before they go to several places, in one call for all.
template <typename Kernel>
bool gathers(const Step& step) {
  return Kernel::large_calls(variant<Kernel>(step)) && step.out.count > 1;
}

template <typename Kernel>
struct Scratch {
  const typename Kernel::In** rows;
  int* k;
  int* pixels;
  uint8_t* tile;
  typename Kernel::In* border;
  typename Kernel::In* padding;
  size_t bytes;
};

template <typename Kernel>
Scratch<Kernel> divide(const Step& step, void* memory) {
  using In = typename Kernel::In;
  const auto segments = static_cast<size_t>(ConvShape(step).segments);
  const auto pixels = static_cast<size_t>(conv_block_pixels<Kernel>(step));
  const size_t tile =
      gathers<Kernel>(step)
          ? pixels * static_cast<size_t>(step.out.channels())
          : static_cast<size_t>(variant<Kernel>(step).mr * variant<Kernel>(step).nr);
  Arena arena(memory);
  Scratch<Kernel> scratch;
  scratch.rows = arena.take<const In*>(segments * pixels);
  scratch.k = arena.take<int>(segments);
  scratch.pixels = arena.take<int>(pixels);
  scratch.tile = arena.take<uint8_t>(tile * element_bytes(step.out_type));
  scratch.border =
      arena.take<In>(conv_border_values(step, static_cast<int>(pixels)) + Kernel::kOverRead);
  scratch.padding = arena.take<In>(conv_padding_values(step) + Kernel::kOverRead);
  scratch.bytes = arena.used();
  return scratch;
}

// Bytes of input that an output pixel adds to a block.
size_t pixel_bytes(const Step& step, size_t element) {
  const format::Node& node = *step.node;
  const int columns = node.stride_w < node.kernel_w ? node.stride_w : node.kernel_w;
  return static_cast<size_t>(node.kernel_h * columns * step.in[0].channels()) * element;
}

template <typename Kernel>
size_t panel_bytes(const Step& step) {
  size_t k = 0;
  conv_segments(step).for_each(*step.node, step.in[0], [&](int channels) {
    k += Kernel::padded(static_cast<size_t>(channels));
  });
  return Kernel::panel_bytes(k);
}

// Output channels of one kernel call, whose panels have `bytes` bytes.
template <typename Kernel>
int group_channels(const Step& step, size_t bytes) {
  const int nr = variant<Kernel>(step).nr;
  const auto panels = static_cast<int>(limits<Kernel>(step).panel_bytes / bytes);
  const int channels = panels * Kernel::kPanel / nr * nr;
  return channels == 0 ? nr : channels;
}

// Runs are short; a compiler would make a long loop with checks for overlap of them.
template <size_t kBytes>
void copy_channels(const uint8_t* from, int count, uint8_t* to) {
  for (; count >= 4; count -= 4, from += 4 * kBytes, to += 4 * kBytes) {
    std::memcpy(to, from, 4 * kBytes);
  }
  if ((count & 2) != 0) {
    std::memcpy(to, from, 2 * kBytes);
    from += 2 * kBytes;
    to += 2 * kBytes;
  }
  if ((count & 1) != 0) std::memcpy(to, from, kBytes);
}

}  // namespace

template <typename Kernel>
int conv_block_pixels(const Step& step) {
  const int mr = variant<Kernel>(step).mr;
  const BlockLimits& most = limits<Kernel>(step);
  const auto fit =
      static_cast<int>(most.input_bytes / pixel_bytes(step, sizeof(typename Kernel::In)));
  const int wanted = fit < most.pixels ? fit : most.pixels;
  return wanted <= mr ? mr : wanted / mr * mr;
}

template <typename Kernel>
size_t conv_scratch_bytes(const Step& step) {
  return divide<Kernel>(step, nullptr).bytes;
}

template <typename Kernel>
ConvBlock<Kernel>::ConvBlock(const SessionState& session, const Step& step, void* scratch)
    : session_(session),
      step_(step),
      kernel_(session, step),
      mr_(variant<Kernel>(step).mr),
      nr_(variant<Kernel>(step).nr),
      shape_(step),
      panel_bytes_(panel_bytes<Kernel>(step)),
      group_channels_(group_channels<Kernel>(step, panel_bytes_)) {
  const Scratch<Kernel> parts = divide<Kernel>(step, scratch);
  rows_ = parts.rows;
  k_ = parts.k;
  pixels_ = parts.pixels;
  tile_ = parts.tile;
  border_ = parts.border;
  std::memset(parts.padding, step.node->in_zero_point,
              conv_padding_values(step) * sizeof(typename Kernel::In));
  padding_ = parts.padding;
  fill_segment_channels(step, k_);
}

template <typename Kernel>
void ConvBlock<Kernel>::place(int first, int count, void* out) {
  fill_conv_rows(session_, step_, shape_, mr_, first, count, rows_, border_, padding_);
  first_ = first;
  count_ = count;
  out_ = static_cast<uint8_t*>(out);
}

template <typename Kernel>
void ConvBlock<Kernel>::keep_pixel(int from, int to) {
  const int mr = mr_;
  const auto tile = [&](int p) { return rows_ + p / mr * shape_.segments * mr + p % mr; };
  const In** source = tile(from);
  const In** target = tile(to);
  for (int t = 0; t < shape_.segments * mr; t += mr) target[t] = source[t];
  pixels_[to] = first_ + from;
}

template <typename Kernel>
void ConvBlock<Kernel>::run(int begin, int end) const {
  if (out_ != nullptr) return run_packed(begin, end, step_.out.channels(), out_ + bytes(begin));
  if (gathers<Kernel>(step_)) {
    run_packed(begin, end, end - begin, tile_);
    return copy_tile(begin, end - begin, 0, count_);
  }
  const int group = group_channels_;
  const View& out = step_.out;
  int channel = begin;
  int segment = 0;        // that holds it
  int segment_first = 0;  // the view channel at which it starts
  while (channel < end) {
    while (channel >= segment_first + out.segments[segment].channels) {
      segment_first += out.segments[segment++].channels;
    }
    const int left = segment_first + out.segments[segment].channels - channel;
    int n = left < end - channel ? left : end - channel;
    if (n > group) n = group;
    if (channel + n != end) n = n / nr_ * nr_;
    if (n > 0) {
      write_run(channel, n, out.segments[segment], channel - segment_first);
    } else {
      n = end - channel < nr_ ? end - channel : nr_;
      write_through_tile(channel, n);
    }
    channel += n;
  }
}

// To a place where no run ends.
template <typename Kernel>
void ConvBlock<Kernel>::run_packed(int begin, int end, int stride, uint8_t* out) const {
  const int group = group_channels_;
  for (int channel = begin; channel < end; channel += group) {
    const int n = end - channel < group ? end - channel : group;
    write_pixels(channel, n, out, static_cast<size_t>(stride));
    out += bytes(n);
  }
}

template <typename Kernel>
const uint8_t* ConvBlock<Kernel>::panel(int channel) const {
  return static_cast<const uint8_t*>(step_.weights) +
         static_cast<size_t>(channel / Kernel::kPanel) * panel_bytes_;
}

template <typename Kernel>
uint8_t* ConvBlock<Kernel>::output(int tensor, int p, int channel) const {
  const Tensor& t = session_.tensors[tensor];
  const size_t value = static_cast<size_t>(first_ + p) * static_cast<size_t>(t.channels) +
                       static_cast<size_t>(channel);
  return static_cast<uint8_t*>(t.data) + value * kernel_.out_bytes();
}

// Channels that lie in one run of the output view.
template <typename Kernel>
void ConvBlock<Kernel>::write_run(int channel, int n, const format::Segment& to,
                                  int to_channel) const {
  const auto stride = static_cast<size_t>(session_.tensors[to.tensor].channels);
  write_pixels(channel, n, output(to.tensor, 0, to.channel + to_channel), stride);
}

// Panels whose channels lie in several runs.
template <typename Kernel>
void ConvBlock<Kernel>::write_through_tile(int channel, int n) const {
  for (int p = 0; p < count_; p += mr_) {
    const int m = count_ - p < mr_ ? count_ - p : mr_;
    compute(p, channel, n, tile_, static_cast<size_t>(n));
    copy_tile(channel, n, p, m);
  }
}

template <typename Kernel>
void ConvBlock<Kernel>::compute(int p, int begin, int n, void* out, size_t stride) const {
  const int m = count_ - p < mr_ ? count_ - p : mr_;
  kernel_.call(m, shape_.segments, rows_ + static_cast<std::ptrdiff_t>(p) * shape_.segments, k_,
               panel(begin), panel_bytes_, n, out, stride);
}

// Moves `m` pixels of the tile, from pixel p of the block on, to the runs of the output view.
template <typename Kernel>
void ConvBlock<Kernel>::copy_tile(int channel, int n, int p, int m) const {
  int run_first = 0;  // the view channel at which the run starts
  for (int s = 0; s < step_.out.count && run_first < channel + n; ++s) {
    const format::Segment& run = step_.out.segments[s];
    const int begin = channel > run_first ? channel : run_first;
    const int run_end = run_first + run.channels;
    const int count = (channel + n < run_end ? channel + n : run_end) - begin;
    if (count > 0) {
      copy_run(tile_ + bytes(begin - channel), n, run, begin - run_first, count, p, m);
    }
    run_first = run_end;
  }
}

template <typename Kernel>
void ConvBlock<Kernel>::copy_run(const uint8_t* from, int from_stride, const format::Segment& run,
                                 int offset, int count, int p, int m) const {
  const size_t to_stride = bytes(session_.tensors[run.tensor].channels);
  uint8_t* to = output(run.tensor, p, run.channel + offset);
  for (int i = 0; i < m; ++i) {
    if (kernel_.out_bytes() == sizeof(float)) {
      copy_channels<sizeof(float)>(from, count, to);
    } else {
      copy_channels<1>(from, count, to);
    }
    from += bytes(from_stride);
    to += to_stride;
  }
}

#define LINNET_CONV_KERNEL(Kernel)                         \
  template int conv_block_pixels<Kernel>(const Step&);     \
  template size_t conv_scratch_bytes<Kernel>(const Step&); \
  template class ConvBlock<Kernel>;
#if !LINNET_NO_F32
LINNET_CONV_KERNEL(ConvKernelF32)
#endif
#if !LINNET_NO_INT8
LINNET_CONV_KERNEL(ConvKernelS8)
#endif
#undef LINNET_CONV_KERNEL

}  // namespace linnet
