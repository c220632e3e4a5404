// A block of output pixels of a dense convolution: small enough that its inputs stay in the
// first-level cache while the weight panels pass once.
#pragma once

#include "engine/ops/conv_rows.h"
#include "kernels/igemm_f32/igemm_f32.h"

namespace linnet {

// Output pixels of a block: a multiple of the kernel's tile.
int conv_block_pixels(const Step& step);
size_t conv_scratch_bytes(const Step& step);

class ConvBlock {
 public:
  // scratch: conv_scratch_bytes(), 64-byte aligned.
  ConvBlock(const SessionState& session, const Step& step, void* scratch);

  // Turns to output pixels [first, first + count), count at most conv_block_pixels(). Results go to
  // their places in the output tensors.
  void place(int first, int count) { place(first, count, nullptr); }
  // The same, but results go to `out`: `count` pixels of the whole output view, one after another.
  void place(int first, int count, float* out);
  // Keeps the pixels of the block for which keep(pixel index in the picture) holds.
  template <typename Keep>
  void filter(const Keep& keep);

  // Computes channels [begin, end) of the output view; begin is a multiple of the panel width, end
  // too unless it is the last.
  void run(int begin, int end) const;

 private:
  const float* panel(int channel) const;
  void run_packed(int begin, int end) const;
  void write_rows(int channel, int n, float* out, size_t stride) const;
  void write_run(int channel, int n, const format::Segment& to, int to_channel) const;
  void write_through_tile(int channel, int n) const;
  void copy_tile(int channel, int n, int p, int m) const;
  void copy_run(const float* from, int from_stride, const format::Segment& run, int offset,
                int count, int p, int m) const;
  void keep_pixel(int from, int to);
  float* output(int tensor, int p, int channel) const;

  const SessionState& session_;
  const Step& step_;
  const IgemmF32Variant& kernel_;
  ConvShape shape_;
  Epilogue epilogue_;
  size_t panel_floats_;
  int group_channels_;
  const float** rows_;  // segments x mr pointers for each tile
  int* k_;              // channels of each segment
  int* pixels_;         // of a filtered block: index in the picture
  float* tile_;         // outputs on their way to scattered places
  float* border_;
  int first_ = 0, count_ = 0;
  bool filtered_ = false;
  float* out_ = nullptr;
};

template <typename Keep>
void ConvBlock::filter(const Keep& keep) {
  int kept = 0;
  for (int p = 0; p < count_; ++p) {
    if (keep(first_ + p)) keep_pixel(p, kept++);
  }
  count_ = kept;
  filtered_ = true;
  // Pointers of the last tile's missing pixels are those of pixels that were there before: valid.
}

}  // namespace linnet
