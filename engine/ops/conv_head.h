// Objectness first: in detection the convolution of a head computes the objectness of every anchor,
// and the other channels only for cells where one of them passes the threshold. The boxes are the
// same, since decoding looks at no other cell.
#pragma once

#include "engine/ops/conv_block.h"

namespace linnet {

// The head that the step computes alone and whole; -1 if it does not.
int head_of_step(const ModelView& model, const Step& step);

// Logits that are not above it belong to no box of that confidence. Somewhat below the exact
// threshold, so that rounding never loses a box.
float objectness_gate(float confidence);

size_t head_scratch_bytes(const Step& step, int mr, int block_pixels);

// Hands the cells of the block that was placed to session.detection. scratch: head_scratch_bytes().
template <typename Kernel>
void run_head_block(const SessionState& session, const Step& step, ConvBlock<Kernel>* block,
                    void* scratch);

}  // namespace linnet
