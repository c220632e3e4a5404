// Types that every kernel contract shares. This header depends on nothing but the C++ standard
// headers, and it is the only kernel header that model/ may include.
#pragma once

#include <cstddef>
#include <cstdint>

namespace linnet {

// What happens to a value after bias. The numbers are written to model files: never reorder.
enum class Activation : uint8_t {
  none = 0,
  relu = 1,        // max(x, 0)
  relu6 = 2,       // min(max(x, 0), 6)
  leaky_relu = 3,  // x >= 0 ? x : alpha * x
  silu = 4,        // x * sigmoid(x)
  hard_swish = 5,  // x * min(max(x + 3, 0), 6) / 6
  sigmoid = 6,     // 1 / (1 + exp(-x))
  hard_sigmoid =
      7,  // min(max(x + 3, 0), 6) / 6 (PyTorch's; others become a fused affine before it)
};
inline constexpr int kActivationCount = 8;

// The element-wise end of a kernel: out = activation(accumulator + bias).
struct Epilogue {
  Activation activation = Activation::none;
  float alpha = 0.0f;  // slope of leaky_relu for x < 0; unused otherwise
};

// CPU features that kernel variants may require, as a bit mask. A variant runs where
// (required & available) == required.
namespace cpu {
inline constexpr uint32_t kNone = 0;           // portable C++
inline constexpr uint32_t kNeon = 1u << 0;     // AArch64 ASIMD or ARMv7 NEON with VFPv4 FMA
inline constexpr uint32_t kDotprod = 1u << 1;  // Armv8.2 UDOT/SDOT
inline constexpr uint32_t kI8mm = 1u << 2;     // Armv8.6 SMMLA
inline constexpr uint32_t kFp16 = 1u << 3;     // Armv8.2 half-precision arithmetic
inline constexpr uint32_t kAvx2Fma = 1u << 4;
inline constexpr uint32_t kAvx512 = 1u << 5;  // F, BW, VL, DQ
inline constexpr uint32_t kAvx512Vnni = 1u << 6;
inline constexpr uint32_t kAvxVnni = 1u << 7;
}  // namespace cpu

// Inlined always, so that no copy compiled for another instruction set can stand in for it. Not
// under sanitizers, whose checks make such functions so large that compilers need many minutes.
#ifdef LINNET_SANITIZED
#define LINNET_INLINE inline
#else
#define LINNET_INLINE inline __attribute__((always_inline))
#endif

// Not inlined: what runs rarely and is called from many places.
#define LINNET_NOINLINE __attribute__((noinline))

LINNET_INLINE constexpr size_t round_up(size_t value, size_t multiple) {
  return (value + multiple - 1) / multiple * multiple;
}
LINNET_INLINE constexpr size_t divide_round_up(size_t value, size_t divisor) {
  return (value + divisor - 1) / divisor;
}

}  // namespace linnet
