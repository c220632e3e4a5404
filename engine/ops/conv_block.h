// A block of output pixels of a dense convolution: small enough that its inputs stay in the
// first-level cache while the weight panels pass once.
#pragma once

#include "engine/ops/conv_kernel.h"
#include "engine/ops/conv_rows.h"

namespace linnet {

// Output pixels of a block: a multiple of the kernel's tile.
template <typename Kernel>
int conv_block_pixels(const Step& step);
template <typename Kernel>
size_t conv_scratch_bytes(const Step& step);

// Kernel: one of engine/ops/conv_kernel.h.
template <typename Kernel>
class ConvBlock {
 public:
  using In = typename Kernel::In;

  // scratch: conv_scratch_bytes(), 64-byte aligned.
  ConvBlock(const SessionState& session, const Step& step, void* scratch);

  // Turns to output pixels [first, first + count), count at most conv_block_pixels(). Results go to
  // their places in the output tensors.
  void place(int first, int count) { place(first, count, nullptr); }
  // The same, but results go to `out`: `count` pixels of the whole output view, one after another,
  // of the output's type.
  void place(int first, int count, void* out);
  // Keeps the pixels of the block for which keep(pixel index in the picture) holds; after it,
  // compute() is what works.
  template <typename Keep>
  void filter(const Keep& keep);

  // Computes channels [begin, end) of the output view; begin is a multiple of the panel width, end
  // too unless it is the last.
  void run(int begin, int end) const;

  // One tile of the block, pixels [p, p + mr) of it as far as there are; p is a multiple of mr.
  // Channels [begin, begin + n) of the view, where begin is a multiple of the panel width, to
  // `out`, `stride` values between pixels.
  void compute(int p, int begin, int n, void* out, size_t stride) const;
  int mr() const { return mr_; }
  int first() const { return first_; }
  int count() const { return count_; }  // of the block, after filter() of what it kept
  // Index in the picture of pixel p of a filtered block.
  int kept_pixel(int p) const { return pixels_[p]; }

 private:
  const uint8_t* panel(int channel) const;
  void run_packed(int begin, int end, int stride, uint8_t* out) const;
  // All pixels of the block, `stride` values apart.
  void write_pixels(int channel, int n, void* out, size_t stride) const {
    kernel_.call(count_, shape_.segments, rows_, k_, panel(channel), panel_bytes_, n, out, stride);
  }
  void write_run(int channel, int n, const format::Segment& to, int to_channel) const;
  void write_through_tile(int channel, int n) const;
  void copy_tile(int channel, int n, int p, int m) const;
  void copy_run(const uint8_t* from, int from_stride, const format::Segment& run, int offset,
                int count, int p, int m) const;
  void keep_pixel(int from, int to);
  uint8_t* output(int tensor, int p, int channel) const;
  size_t bytes(int values) const { return static_cast<size_t>(values) * kernel_.out_bytes(); }

  const SessionState& session_;
  const Step& step_;
  Kernel kernel_;
  int mr_, nr_;  // the kernel's tile
  ConvShape shape_;
  size_t panel_bytes_;
  int group_channels_;
  const In** rows_;  // segments x mr pointers for each tile
  int* k_;           // channels of each segment
  int* pixels_;      // of a filtered block: index in the picture
  uint8_t* tile_;    // outputs on their way to scattered places
  In* border_;
  const In* padding_;
  int first_ = 0, count_ = 0;
  uint8_t* out_ = nullptr;
};

template <typename Kernel>
template <typename Keep>
void ConvBlock<Kernel>::filter(const Keep& keep) {
  int kept = 0;
  for (int p = 0; p < count_; ++p) {
    if (keep(first_ + p)) keep_pixel(p, kept++);
  }
  count_ = kept;
  // Pointers of the last tile's missing pixels are those of pixels that were there before: valid.
}

}  // namespace linnet
