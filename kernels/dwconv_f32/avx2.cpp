#include "kernels/targets.h"

#if LINNET_TARGET_X86

#include "kernels/dwconv_f32/window.h"
#include "kernels/simd/avx2.h"

namespace linnet {

void dwconv_f32_3x3s1_k1c8_avx2(const DwconvF32Args& a) {
  dwconv_row<Avx2, 3, 1>(a);
}
void dwconv_f32_3x3s2_k1c8_avx2(const DwconvF32Args& a) {
  dwconv_row<Avx2, 3, 2>(a);
}
void dwconv_f32_5x5s1_k1c8_avx2(const DwconvF32Args& a) {
  dwconv_row<Avx2, 5, 1>(a);
}
void dwconv_f32_5x5s2_k1c8_avx2(const DwconvF32Args& a) {
  dwconv_row<Avx2, 5, 2>(a);
}
void dwconv_f32_any_k1c8_avx2(const DwconvF32Args& a) {
  dwconv_any_row<Avx2>(a);
}

}  // namespace linnet

#endif
