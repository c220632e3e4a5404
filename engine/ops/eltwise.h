// What add and mul share.
#pragma once

#include "engine/ops/op.h"
#include "kernels/eltwise_f32/eltwise_f32.h"

namespace linnet {

inline void bind_eltwise(uint32_t cpu_features, Step* step) {
  step->kernel = &eltwise_f32_select(cpu_features);
}

// The part of `view` from `channel` on that is one run; its length goes to *count if smaller.
inline format::Segment run_at(const View& view, int channel, int* count) {
  int i = 0;
  while (channel >= view.segments[i].channels) channel -= view.segments[i++].channels;
  format::Segment run = view.segments[i];
  const int left = run.channels - channel;
  if (left < *count) *count = left;
  run.channel = static_cast<uint16_t>(run.channel + channel);
  return run;
}

// Rows [begin, end) of every run of channels that is contiguous in both operands and the output:
// compute(pixels, channels, a, a_stride, b, b_stride, out, out_stride). T: element type.
template <typename T, typename Compute>
void run_eltwise(const SessionState& session, const Step& step, int begin, int end,
                 const Compute& compute) {
  const int channels = step.out.channels();
  for (int channel = 0, count = 0; channel < channels; channel += count) {
    count = channels - channel;
    const format::Segment a_run = run_at(step.in[0], channel, &count);
    const format::Segment b_run = run_at(step.in[1], channel, &count);
    const format::Segment to = run_at(step.out, channel, &count);
    const Tensor& a = session.tensors[a_run.tensor];
    const Tensor& b = session.tensors[b_run.tensor];
    const Tensor& out = session.tensors[to.tensor];
    const bool broadcast = b.height == 1 && b.width == 1;
    compute((end - begin) * out.width, count, pixel<T>(a, begin, 0, a_run.channel),
            static_cast<size_t>(a.channels), pixel<T>(b, broadcast ? 0 : begin, 0, b_run.channel),
            broadcast ? 0 : static_cast<size_t>(b.channels), pixel<T>(out, begin, 0, to.channel),
            static_cast<size_t>(out.channels));
  }
}

inline void run_eltwise_f32(const SessionState& session, const Step& step, int begin, int end,
                            EltwiseF32 function) {
  const Epilogue epilogue = epilogue_of(*step.node);
  run_eltwise<float>(session, step, begin, end,
                     [&](int pixels, int channels, const float* a, size_t a_stride, const float* b,
                         size_t b_stride, float* out, size_t out_stride) {
                       function(pixels, channels, a, a_stride, b, b_stride, epilogue, out,
                                out_stride);
                     });
}

}  // namespace linnet
