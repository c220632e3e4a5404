// The row pointers of igemm: where each output pixel of a convolution finds its inputs.
#pragma once

#include "engine/ops/op.h"
#include "model/conv_segments.h"

namespace linnet {

// A segment of the kernel's call is a tap of the window on a run of channels. Where the operand is
// a whole tensor, the taps of a window's row lie one after the other in memory and are one segment.
struct ConvShape {
  explicit ConvShape(const Step& step);

  bool merged;        // the taps of a row are one segment
  int segments;       // of the kernel's call
  int window_values;  // inputs of one output pixel, over all segments
};

// The same, with the channels of each segment.
ConvSegments conv_segments(const Step& step);

// Channel counts of the segments: k[segments].
void fill_segment_channels(const Step& step, int* k);

// Values that a block of `pixels` output pixels needs to keep rows that the picture's border cuts.
size_t conv_border_values(const Step& step, int pixels);

// Values of the longest segment: what a pointer to padding must be good for.
size_t conv_padding_values(const Step& step);

// Pointers of output pixels [first, first + count), in the order of pixels:
// rows[tile][segment][mr]; shape: ConvShape(step); the missing pixels of the last tile repeat the
// last one. border: conv_border_values(). padding: conv_padding_values() times what stands for
// padding. T: element type of the input.
template <typename T>
void fill_conv_rows(const SessionState& session, const Step& step, const ConvShape& shape, int mr,
                    int first, int count, const T** rows, T* border, const T* padding);

}  // namespace linnet
