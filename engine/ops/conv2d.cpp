// Dense convolution: views, taps, strides, padding and upsampling become row pointers for igemm.
#include "engine/ops/conv_block.h"
#include "engine/ops/conv_head.h"

namespace linnet {
namespace {

template <typename Kernel>
void bind(uint32_t cpu_features, Step* step) {
  step->kernel = &Kernel::select(cpu_features);
}

template <typename Kernel>
size_t scratch_bytes(const Step& step) {
  const size_t block = conv_scratch_bytes<Kernel>(step);
  if (step.head < 0) return block;
  const int mr = static_cast<const typename Kernel::Variant*>(step.kernel)->mr;
  return block + head_scratch_bytes(step, mr, conv_block_pixels<Kernel>(step));
}

template <typename Kernel>
void run(const SessionState& session, const Step& step, int begin, int end, void* scratch) {
  ConvBlock<Kernel> block(session, step, scratch);
  const int end_pixel = end * step.out_extent.width;
  const int most = conv_block_pixels<Kernel>(step);
  const bool decodes = step.head >= 0 && session.detection != nullptr;
  void* const head_scratch = static_cast<uint8_t*>(scratch) + conv_scratch_bytes<Kernel>(step);
  for (int first = begin * step.out_extent.width; first < end_pixel; first += most) {
    block.place(first, end_pixel - first < most ? end_pixel - first : most);
    if (decodes) {
      run_head_block(session, step, &block, head_scratch);
    } else {
      block.run(0, step.out.channels());
    }
  }
}

template <typename Kernel>
constexpr OpDesc kDense = {bind<Kernel>, scratch_bytes<Kernel>, nullptr, run<Kernel>};

}  // namespace

#if !LINNET_NO_F32
const OpDesc k_op_conv2d = kDense<ConvKernelF32>;
#endif
#if !LINNET_NO_INT8
const OpDesc k_op_conv2d_s8 = kDense<ConvKernelS8>;
#endif

}  // namespace linnet
