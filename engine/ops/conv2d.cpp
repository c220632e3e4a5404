// Dense convolution: turns views, taps, strides, padding and upsampling into row pointers for
// igemm.
//
// Work is done in blocks of output pixels that stay in the first-level cache while the weight
// panels pass once per block.
#include "engine/ops/op.h"
#include "kernels/igemm_f32/igemm_f32.h"

namespace linnet {
namespace {

constexpr int kPanel = kIgemmF32PanelWidth;
constexpr size_t kBlockBytes = 16 * 1024;  // of input that one block reads
constexpr int kMaxBlockPixels = 64;
constexpr size_t kPanelGroupBytes = 8 * 1024;  // of weights that one kernel call passes over

const IgemmF32Variant& variant(const Step& step) {
  return *static_cast<const IgemmF32Variant*>(step.kernel);
}

int taps(const format::Node& node) {
  return node.kernel_h * node.kernel_w;
}

int segments(const Step& step) {
  return taps(*step.node) * step.in[0].count;
}

size_t k_total(const Step& step) {
  return static_cast<size_t>(taps(*step.node)) * static_cast<size_t>(step.in[0].channels());
}

// Output pixels of a block: a multiple of the kernel's tile.
int block_pixels(const Step& step) {
  const int mr = variant(step).mr;
  const size_t fit = kBlockBytes / (k_total(step) * sizeof(float));
  const int wanted = fit < kMaxBlockPixels ? static_cast<int>(fit) : kMaxBlockPixels;
  return wanted <= mr ? mr : wanted / mr * mr;
}

int output_pixels(const Step& step) {
  return step.out_extent.height * step.out_extent.width;
}

void bind(uint32_t cpu_features, Step* step) {
  step->kernel = &igemm_f32_select(cpu_features);
}

struct Scratch {
  const float** rows;  // segments x mr pointers for each tile of the block
  int* k;              // channels of each segment
  float* tile;         // mr x 8 outputs that straddle output segments
};

size_t rows_bytes(const Step& step) {
  return round_up(static_cast<size_t>(segments(step)) * static_cast<size_t>(block_pixels(step)) *
                      sizeof(const float*),
                  LINNET_ALIGNMENT);
}

size_t k_bytes(const Step& step) {
  return round_up(static_cast<size_t>(segments(step)) * sizeof(int), LINNET_ALIGNMENT);
}

size_t scratch_bytes(const Step& step) {
  return rows_bytes(step) + k_bytes(step) +
         static_cast<size_t>(variant(step).mr) * kPanel * sizeof(float);
}

Scratch divide_scratch(const Step& step, void* scratch) {
  auto* bytes = static_cast<uint8_t*>(scratch);
  return {reinterpret_cast<const float**>(bytes), reinterpret_cast<int*>(bytes + rows_bytes(step)),
          reinterpret_cast<float*>(bytes + rows_bytes(step) + k_bytes(step))};
}

int item_count(const Step& step) {
  return static_cast<int>(divide_round_up(static_cast<size_t>(output_pixels(step)),
                                          static_cast<size_t>(block_pixels(step))));
}

void fill_k(const Step& step, int* k) {
  for (int tap = 0; tap < taps(*step.node); ++tap) {
    for (int s = 0; s < step.in[0].count; ++s) *k++ = step.in[0].segments[s].channels;
  }
}

// Row pointers of one output pixel: rows[segment * mr].
void fill_pixel(const SessionState& session, const Step& step, int y, int x, int mr,
                const float** rows) {
  const format::Node& node = *step.node;
  const View& view = step.in[0];
  for (int r = 0; r < node.kernel_h; ++r) {
    const int row = y * node.stride_h - node.pad_top + r * node.dilation_h;
    for (int c = 0; c < node.kernel_w; ++c) {
      const int column = x * node.stride_w - node.pad_left + c * node.dilation_w;
      const bool inside =
          row >= 0 && row < step.in_extent.height && column >= 0 && column < step.in_extent.width;
      for (int s = 0; s < view.count; ++s) {
        const format::Segment& segment = view.segments[s];
        const int shift = segment.upsample_shift;
        *rows = inside ? pixel(session.tensors[segment.tensor], row >> shift, column >> shift,
                               segment.channel)
                       : session.zeros;
        rows += mr;
      }
    }
  }
}

// Pointers of the last tile's missing pixels: those of pixel m - 1.
void repeat_last(int segments, int m, int mr, const float** tile) {
  for (int t = 0; t < segments; ++t, tile += mr) {
    for (int p = m; p < mr; ++p) tile[p] = tile[m - 1];
  }
}

// Row pointers of all tiles of output pixels [first, first + count).
void fill_rows(const SessionState& session, const Step& step, int first, int count,
               const float** rows) {
  const int mr = variant(step).mr;
  const int width = step.out_extent.width;
  int y = first / width;
  int x = first % width;
  for (int p = 0; p < count; ++p) {
    const float** tile = rows + static_cast<size_t>(p / mr) * static_cast<size_t>(segments(step)) *
                                    static_cast<size_t>(mr);
    fill_pixel(session, step, y, x, mr, tile + p % mr);
    if (++x == width) {
      x = 0;
      ++y;
    }
  }
  const int m = count % mr;
  if (m != 0) repeat_last(segments(step), m, mr, rows + (count - m) * segments(step));
}

// One block of output pixels, and where its results go.
class Block {
 public:
  Block(const SessionState& session, const Step& step, const Scratch& scratch, int first, int count)
      : session_(session),
        step_(step),
        scratch_(scratch),
        kernel_(variant(step)),
        epilogue_(epilogue_of(*step.node)),
        segments_(segments(step)),
        panel_floats_(igemm_f32_panel_floats(k_total(step))),
        first_(first),
        count_(count) {
    fill_rows(session, step, first, count, scratch.rows);
  }

  void run() const {
    const size_t group = kPanelGroupBytes / (panel_floats_ * sizeof(float));
    const int group_channels = kPanel * (group == 0 ? 1 : static_cast<int>(group));
    const View& out = step_.out;
    const int total = out.channels();
    int channel = 0;        // of the view
    int segment = 0;        // that holds it
    int segment_first = 0;  // the view channel at which it starts
    while (channel < total) {
      while (channel >= segment_first + out.segments[segment].channels) {
        segment_first += out.segments[segment++].channels;
      }
      const format::Segment& s = out.segments[segment];
      const int left = segment_first + s.channels - channel;
      int n = left < group_channels ? left : group_channels;
      if (channel + n != total) n = n / kPanel * kPanel;
      if (n > 0) {
        write_direct(channel, n, s.tensor, s.channel + channel - segment_first);
      } else {
        n = total - channel < kPanel ? total - channel : kPanel;
        write_scattered(channel, n, segment, segment_first);
      }
      channel += n;
    }
  }

 private:
  const float* panel(int channel) const {
    return static_cast<const float*>(step_.weights) +
           static_cast<size_t>(channel / kPanel) * panel_floats_;
  }

  int tile_pixels(int p) const { return count_ - p < kernel_.mr ? count_ - p : kernel_.mr; }

  const float* const* tile_rows(int p) const {
    return scratch_.rows + static_cast<size_t>(p) * static_cast<size_t>(segments_);
  }

  float* output(int tensor, int p, int channel) const {
    const Tensor& t = session_.tensors[tensor];
    return t.data + static_cast<size_t>(first_ + p) * static_cast<size_t>(t.channels) + channel;
  }

  // Channels that lie in one run of the output view.
  void write_direct(int channel, int n, int tensor, int tensor_channel) const {
    const auto stride = static_cast<size_t>(session_.tensors[tensor].channels);
    for (int p = 0; p < count_; p += kernel_.mr) {
      kernel_.function(tile_pixels(p), segments_, tile_rows(p), scratch_.k, panel(channel), n,
                       epilogue_, output(tensor, p, tensor_channel), stride);
    }
  }

  // A panel whose channels lie in several runs.
  void write_scattered(int channel, int n, int segment, int segment_first) const {
    for (int p = 0; p < count_; p += kernel_.mr) {
      const int m = tile_pixels(p);
      kernel_.function(m, segments_, tile_rows(p), scratch_.k, panel(channel), n, epilogue_,
                       scratch_.tile, kPanel);
      int s = segment;
      int s_first = segment_first;
      for (int c = 0; c < n; ++c) {
        while (channel + c >= s_first + step_.out.segments[s].channels) {
          s_first += step_.out.segments[s++].channels;
        }
        const format::Segment& run = step_.out.segments[s];
        const int to = run.channel + channel + c - s_first;
        for (int i = 0; i < m; ++i) *output(run.tensor, p + i, to) = scratch_.tile[i * kPanel + c];
      }
    }
  }

  const SessionState& session_;
  const Step& step_;
  const Scratch& scratch_;
  const IgemmF32Variant& kernel_;
  Epilogue epilogue_;
  int segments_;
  size_t panel_floats_;
  int first_, count_;
};

void run(const SessionState& session, const Step& step, int begin, int end, void* memory) {
  const Scratch scratch = divide_scratch(step, memory);
  fill_k(step, scratch.k);
  const int block = block_pixels(step);
  const int pixels = output_pixels(step);
  for (int item = begin; item < end; ++item) {
    const int first = item * block;
    const int count = pixels - first < block ? pixels - first : block;
    Block(session, step, scratch, first, count).run();
  }
}

}  // namespace

const OpDesc k_op_conv2d = {bind, scratch_bytes, item_count, run};

}  // namespace linnet
