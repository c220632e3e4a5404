#include "engine/ops/conv_block.h"

#include <cstring>

#include "engine/arena.h"

namespace linnet {
namespace {

constexpr int kPanel = kIgemmF32PanelWidth;
constexpr size_t kBlockBytes = 20 * 1024;  // of input that one block reads
constexpr int kMaxBlockPixels = 64;
constexpr size_t kPanelGroupBytes = 17 * 1024;  // of weights that one kernel call passes over
constexpr int kTileChannels = 64;               // most outputs of a pixel that go through the tile

const IgemmF32Variant& variant(const Step& step) {
  return *static_cast<const IgemmF32Variant*>(step.kernel);
}

struct Scratch {
  const float** rows;
  int* k;
  int* pixels;
  float* tile;
  float* border;
  size_t bytes;
};

Scratch divide(const Step& step, void* memory) {
  const auto segments = static_cast<size_t>(ConvShape(step).segments);
  const auto pixels = static_cast<size_t>(conv_block_pixels(step));
  Arena arena(memory);
  Scratch scratch;
  scratch.rows = arena.take<const float*>(segments * pixels);
  scratch.k = arena.take<int>(segments);
  scratch.pixels = arena.take<int>(pixels);
  scratch.tile = arena.take<float>(static_cast<size_t>(variant(step).mr) * kTileChannels);
  scratch.border = arena.take<float>(conv_border_floats(step, static_cast<int>(pixels)));
  scratch.bytes = arena.used();
  return scratch;
}

// Bytes of input that an output pixel adds to a block.
size_t pixel_bytes(const Step& step) {
  const format::Node& node = *step.node;
  const int columns = node.stride_w < node.kernel_w ? node.stride_w : node.kernel_w;
  return static_cast<size_t>(node.kernel_h * columns * step.in[0].channels()) * sizeof(float);
}

// Output channels of one kernel call.
int group_channels(int nr, size_t panel_floats) {
  const size_t group = kPanelGroupBytes / (panel_floats * sizeof(float)) * kPanel;
  const int channels = static_cast<int>(group) / nr * nr;
  return channels == 0 ? nr : channels;
}

// Runs are short; a compiler would make a long loop with checks for overlap of them.
void copy_channels(const float* from, int count, float* to) {
  for (; count >= 4; count -= 4, from += 4, to += 4) std::memcpy(to, from, 4 * sizeof(float));
  if ((count & 2) != 0) {
    std::memcpy(to, from, 2 * sizeof(float));
    from += 2;
    to += 2;
  }
  if ((count & 1) != 0) *to = *from;
}

}  // namespace

int conv_block_pixels(const Step& step) {
  const int mr = variant(step).mr;
  const size_t fit = kBlockBytes / pixel_bytes(step);
  const int wanted = fit < kMaxBlockPixels ? static_cast<int>(fit) : kMaxBlockPixels;
  return wanted <= mr ? mr : wanted / mr * mr;
}

size_t conv_scratch_bytes(const Step& step) {
  return divide(step, nullptr).bytes;
}

ConvBlock::ConvBlock(const SessionState& session, const Step& step, void* scratch)
    : session_(session),
      step_(step),
      kernel_(variant(step)),
      shape_(step),
      epilogue_(epilogue_of(*step.node)),
      panel_floats_(igemm_f32_panel_floats(static_cast<size_t>(shape_.pixel_floats))),
      group_channels_(group_channels(kernel_.nr, panel_floats_)) {
  const Scratch parts = divide(step, scratch);
  rows_ = parts.rows;
  k_ = parts.k;
  pixels_ = parts.pixels;
  tile_ = parts.tile;
  border_ = parts.border;
  fill_segment_channels(step, k_);
}

void ConvBlock::place(int first, int count, float* out) {
  fill_conv_rows(session_, step_, kernel_.mr, first, count, rows_, border_);
  first_ = first;
  count_ = count;
  filtered_ = false;
  out_ = out;
}

void ConvBlock::keep_pixel(int from, int to) {
  const int mr = kernel_.mr;
  const auto tile = [&](int p) { return rows_ + p / mr * shape_.segments * mr + p % mr; };
  const float** source = tile(from);
  const float** target = tile(to);
  for (int t = 0; t < shape_.segments * mr; t += mr) target[t] = source[t];
  pixels_[to] = first_ + from;
}

void ConvBlock::run(int begin, int end) const {
  if (out_ != nullptr) return run_packed(begin, end);
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
    if (channel + n != end) n = n / kernel_.nr * kernel_.nr;
    if (n > 0 && !filtered_) {
      write_run(channel, n, out.segments[segment], channel - segment_first);
    } else {
      const int wide = group < kTileChannels ? group : kTileChannels;
      const int most = filtered_ ? wide : kernel_.nr;
      n = end - channel < most ? end - channel : most;
      write_through_tile(channel, n);
    }
    channel += n;
  }
}

// To `out`, where no run ends.
void ConvBlock::run_packed(int begin, int end) const {
  const int group = group_channels_;
  for (int channel = begin; channel < end; channel += group) {
    const int n = end - channel < group ? end - channel : group;
    write_rows(channel, n, out_ + channel, static_cast<size_t>(step_.out.channels()));
  }
}

const float* ConvBlock::panel(int channel) const {
  return static_cast<const float*>(step_.weights) +
         static_cast<size_t>(channel / kPanel) * panel_floats_;
}

float* ConvBlock::output(int tensor, int p, int channel) const {
  const Tensor& t = session_.tensors[tensor];
  const int index = filtered_ ? pixels_[p] : first_ + p;
  return t.data + static_cast<size_t>(index) * static_cast<size_t>(t.channels) + channel;
}

// All pixels of the block, `stride` floats apart.
void ConvBlock::write_rows(int channel, int n, float* out, size_t stride) const {
  const int mr = kernel_.mr;
  const float* const weights = panel(channel);
  const float* const* rows = rows_;
  for (int left = count_; left > 0; left -= mr) {
    kernel_.function(left < mr ? left : mr, shape_.segments, rows, k_, weights, panel_floats_, n,
                     epilogue_, out, stride);
    rows += static_cast<std::ptrdiff_t>(mr) * shape_.segments;
    out += static_cast<size_t>(mr) * stride;
  }
}

// Channels that lie in one run of the output view.
void ConvBlock::write_run(int channel, int n, const format::Segment& to, int to_channel) const {
  const auto stride = static_cast<size_t>(session_.tensors[to.tensor].channels);
  write_rows(channel, n, output(to.tensor, 0, to.channel + to_channel), stride);
}

// Panels whose channels lie in several runs, or pixels that do not follow one another.
void ConvBlock::write_through_tile(int channel, int n) const {
  for (int p = 0; p < count_; p += kernel_.mr) {
    const int m = count_ - p < kernel_.mr ? count_ - p : kernel_.mr;
    kernel_.function(m, shape_.segments, rows_ + static_cast<std::ptrdiff_t>(p) * shape_.segments,
                     k_, panel(channel), panel_floats_, n, epilogue_, tile_,
                     static_cast<size_t>(n));
    copy_tile(channel, n, p, m);
  }
}

// Moves `m` pixels of the tile, from pixel p of the block on, to the runs of the output view.
void ConvBlock::copy_tile(int channel, int n, int p, int m) const {
  int run_first = 0;  // the view channel at which the run starts
  for (int s = 0; s < step_.out.count && run_first < channel + n; ++s) {
    const format::Segment& run = step_.out.segments[s];
    const int begin = channel > run_first ? channel : run_first;
    const int run_end = run_first + run.channels;
    const int count = (channel + n < run_end ? channel + n : run_end) - begin;
    if (count > 0) {
      copy_run(tile_ + begin - channel, n, run, begin - run_first, count, p, m);
    }
    run_first = run_end;
  }
}

void ConvBlock::copy_run(const float* from, int from_stride, const format::Segment& run, int offset,
                         int count, int p, int m) const {
  const auto to_stride = static_cast<std::ptrdiff_t>(session_.tensors[run.tensor].channels);
  float* to = output(run.tensor, p, run.channel + offset);
  for (int i = 0; i < m; ++i) {
    if (filtered_) to = output(run.tensor, p + i, run.channel + offset);
    copy_channels(from, count, to);
    from += from_stride;
    to += to_stride;
  }
}

}  // namespace linnet
