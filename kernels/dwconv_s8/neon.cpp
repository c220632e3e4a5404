#include "kernels/targets.h"

#if LINNET_TARGET_NEON

#include "kernels/dwconv_s8/taps_neon.h"
#include "kernels/dwconv_s8/window.h"

namespace linnet {
void dwconv_s8_3x3s1_k1c8_neon(const DwconvS8Args& a) {
  dwconv_s8_row<TapsNeon, TapsNeon, 3, 1>(a);
}
void dwconv_s8_3x3s2_k1c8_neon(const DwconvS8Args& a) {
  dwconv_s8_row<TapsNeon, TapsNeon, 3, 2>(a);
}
void dwconv_s8_5x5s1_k1c8_neon(const DwconvS8Args& a) {
  dwconv_s8_row<TapsNeon, TapsNeon, 5, 1>(a);
}
void dwconv_s8_5x5s2_k1c8_neon(const DwconvS8Args& a) {
  dwconv_s8_row<TapsNeon, TapsNeon, 5, 2>(a);
}
void dwconv_s8_any_k1c8_neon(const DwconvS8Args& a) {
  dwconv_s8_any_row<TapsNeon>(a);
}

}  // namespace linnet

#endif
