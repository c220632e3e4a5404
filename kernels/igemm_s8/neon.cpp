#include "kernels/targets.h"

#if LINNET_TARGET_NEON

#include "kernels/igemm_s8/pair_tile.h"

namespace linnet {
namespace {

#if LINNET_TARGET_AARCH64

// A pixel's products are added to its sums during the multiplications of the next pixel, so that
// cores that issue in order wait for nothing. The compiler would undo that order.
struct PairNeon {
  using Inputs = int8x16_t;
  struct Products {
    int16x8_t first, second;
    LINNET_INLINE void clear() { first = second = vdupq_n_s16(0); }
    LINNET_INLINE void add_to(PairSums& sums) const {
      sums.first = vpadalq_s16(sums.first, first);
      sums.second = vpadalq_s16(sums.second, second);
    }
  };

  // GCC takes inputs to general registers and some of those to the stack.
  static LINNET_INLINE Inputs next(const int8_t*& in) {
    int8x16_t x;
    const auto& four = *reinterpret_cast<const int8_t(*)[4]>(in);
    __asm__("ld1r {%0.4s}, [%1], #4" : "=w"(x), "+r"(in) : "m"(four));
    return x;
  }
  static LINNET_INLINE void two_groups(PairSums& before, PairSums&, Products& p, Inputs x, Inputs y,
                                       int8x16_t a, int8x16_t b) {
    __asm__(
        "sadalp %[s0].4s, %[p0].8h\n\t"
        "smull %[p0].8h, %[x].8b, %[a].8b\n\t"
        "sadalp %[s1].4s, %[p1].8h\n\t"
        "smull2 %[p1].8h, %[x].16b, %[a].16b\n\t"
        "smlal %[p0].8h, %[y].8b, %[b].8b\n\t"
        "smlal2 %[p1].8h, %[y].16b, %[b].16b"
        : [p0] "+w"(p.first), [p1] "+w"(p.second), [s0] "+w"(before.first), [s1] "+w"(before.second)
        : [x] "w"(x), [y] "w"(y), [a] "w"(a), [b] "w"(b));
  }
  static LINNET_INLINE void one_group(PairSums& before, PairSums&, Products& p, Inputs x,
                                      int8x16_t a) {
    __asm__(
        "sadalp %[s0].4s, %[p0].8h\n\t"
        "smull %[p0].8h, %[x].8b, %[a].8b\n\t"
        "sadalp %[s1].4s, %[p1].8h\n\t"
        "smull2 %[p1].8h, %[x].16b, %[a].16b"
        : [p0] "+w"(p.first), [p1] "+w"(p.second), [s0] "+w"(before.first), [s1] "+w"(before.second)
        : [x] "w"(x), [a] "w"(a));
  }
  static LINNET_INLINE int32x4_t add_neighbours(int32x4_t a, int32x4_t b) {
    return vpaddq_s32(a, b);
  }
};

// 16 accumulators, 4 vectors of weights, 4 of products and 2 to 8 of inputs in 32 registers.
constexpr int kMr = 4;

#else

struct PairNeon {
  using Inputs = int8x8_t;
  struct Products {
    LINNET_INLINE void clear() {}
    LINNET_INLINE void add_to(PairSums&) const {}
  };

  static LINNET_INLINE Inputs next(const int8_t*& in) {
    const int32x2_t eight = vreinterpret_s32_s8(vld1_s8(in));
    in += kIgemmS8Group;
    return vreinterpret_s8_s32(vdup_lane_s32(eight, 0));
  }
  static LINNET_INLINE void two_groups(PairSums&, PairSums& own, Products&, Inputs x, Inputs y,
                                       int8x16_t a, int8x16_t b) {
    const int16x8_t first = vmull_s8(x, vget_low_s8(a));
    const int16x8_t second = vmull_s8(x, vget_high_s8(a));
    own.first = vpadalq_s16(own.first, vmlal_s8(first, y, vget_low_s8(b)));
    own.second = vpadalq_s16(own.second, vmlal_s8(second, y, vget_high_s8(b)));
  }
  static LINNET_INLINE void one_group(PairSums&, PairSums& own, Products&, Inputs x, int8x16_t a) {
    own.first = vpadalq_s16(own.first, vmull_s8(x, vget_low_s8(a)));
    own.second = vpadalq_s16(own.second, vmull_s8(x, vget_high_s8(a)));
  }
  static LINNET_INLINE int32x4_t add_neighbours(int32x4_t a, int32x4_t b) {
    return vcombine_s32(vpadd_s32(vget_low_s32(a), vget_high_s32(a)),
                        vpadd_s32(vget_low_s32(b), vget_high_s32(b)));
  }
};

// 8 accumulators, 4 vectors of weights, half vectors of inputs and the products in 16 registers.
constexpr int kMr = 2;

#endif

template <int kRows, int kChannels>
using Tile = PairAccumulator<PairNeon, kRows, kChannels>;

}  // namespace

#if LINNET_TARGET_AARCH64
#define LINNET_NAME igemm_s8_4x8_n8k4_neon
#define LINNET_NAME_TO_F32 igemm_s8_4x8_n8k4_neon_to_f32
#else
#define LINNET_NAME igemm_s8_2x8_n8k4_neon
#define LINNET_NAME_TO_F32 igemm_s8_2x8_n8k4_neon_to_f32
#endif

void LINNET_NAME(int m, int segments, const int8_t* const* rows, const int* k, const void* panels,
                 size_t panel_bytes, int n, const RequantizeS8& to, int8_t* out,
                 size_t out_pixel_stride) {
  neon_igemm<NeonToS8, Tile, kMr>(m, segments, rows, k, panels, panel_bytes, n, to, out,
                                  out_pixel_stride);
}

void LINNET_NAME_TO_F32(int m, int segments, const int8_t* const* rows, const int* k,
                        const void* panels, size_t panel_bytes, int n, float* out,
                        size_t out_pixel_stride) {
  neon_igemm<NeonToF32, Tile, kMr>(m, segments, rows, k, panels, panel_bytes, n, RequantizeS8{},
                                   out, out_pixel_stride);
}

}  // namespace linnet

#endif
