#include "kernels/targets.h"

#if LINNET_TARGET_X86

#include "kernels/dwconv_s8/taps_avx2.h"
#include "kernels/dwconv_s8/window.h"

namespace linnet {

void dwconv_s8_3x3s1_k1c8_avx2(const DwconvS8Args& a) {
  dwconv_s8_row<WideTapsAvx2, TapsAvx2, 3, 1>(a);
}
void dwconv_s8_3x3s2_k1c8_avx2(const DwconvS8Args& a) {
  dwconv_s8_row<WideTapsAvx2, TapsAvx2, 3, 2>(a);
}
void dwconv_s8_5x5s1_k1c8_avx2(const DwconvS8Args& a) {
  dwconv_s8_row<WideTapsAvx2, TapsAvx2, 5, 1>(a);
}
void dwconv_s8_5x5s2_k1c8_avx2(const DwconvS8Args& a) {
  dwconv_s8_row<WideTapsAvx2, TapsAvx2, 5, 2>(a);
}
void dwconv_s8_any_k1c8_avx2(const DwconvS8Args& a) {
  dwconv_s8_any_row<TapsAvx2>(a);
}

}  // namespace linnet

#endif
