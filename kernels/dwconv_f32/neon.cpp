#include "kernels/targets.h"

#if LINNET_TARGET_NEON

#include "kernels/dwconv_f32/window.h"
#include "kernels/simd/neon.h"

namespace linnet {

void dwconv_f32_3x3s1_k1c8_neon(const DwconvF32Args& a) {
  dwconv_row<Neon, 3, 1>(a);
}
void dwconv_f32_3x3s2_k1c8_neon(const DwconvF32Args& a) {
  dwconv_row<Neon, 3, 2>(a);
}
void dwconv_f32_5x5s1_k1c8_neon(const DwconvF32Args& a) {
  dwconv_row<Neon, 5, 1>(a);
}
void dwconv_f32_5x5s2_k1c8_neon(const DwconvF32Args& a) {
  dwconv_row<Neon, 5, 2>(a);
}
void dwconv_f32_any_k1c8_neon(const DwconvF32Args& a) {
  dwconv_any_row<Neon>(a);
}

}  // namespace linnet

#endif
