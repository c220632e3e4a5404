#include "kernels/cpu_features.h"

#include "kernels/base.h"

// LINNET_NO_OS: of CMake's system "Generic"; a cross compiler for Linux may be building for none.
#if defined(LINNET_NO_OS) || !__STDC_HOSTED__
#define LINNET_HAS_OS 0
#else
#define LINNET_HAS_OS 1
#endif

#if LINNET_HAS_OS && (defined(__x86_64__) || defined(__i386__))
#include <cpuid.h>
#elif LINNET_HAS_OS && defined(__linux__) && (defined(__aarch64__) || defined(__arm__))
extern "C" unsigned long getauxval(unsigned long type);  // <sys/auxv.h>
#endif

namespace linnet {

#if LINNET_HAS_OS && (defined(__x86_64__) || defined(__i386__))

namespace {

// Register state that the operating system saves, XCR0.
uint64_t enabled_state() {
  uint32_t low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return (uint64_t{high} << 32) | low;
}

bool has(uint32_t reg, int bit) {
  return ((reg >> bit) & 1) != 0;
}

}  // namespace

uint32_t cpu_features_available() {
  uint32_t a, b, c, d;
  if (__get_cpuid(1, &a, &b, &c, &d) == 0 || !has(c, 27)) return cpu::kNone;  // OSXSAVE
  const bool fma = has(c, 12);
  const uint64_t state = enabled_state();
  const bool ymm = (state & 0x6) == 0x6;
  const bool zmm = (state & 0xE6) == 0xE6;
  if (__get_cpuid_count(7, 0, &a, &b, &c, &d) == 0) return cpu::kNone;
  const uint32_t leaves = a;
  uint32_t features = cpu::kNone;
  if (ymm && fma && has(b, 5)) features |= cpu::kAvx2Fma;
  const bool avx512 = zmm && has(b, 16) && has(b, 17) && has(b, 30) && has(b, 31);
  if (avx512) features |= cpu::kAvx512;
  if (avx512 && has(c, 11)) features |= cpu::kAvx512Vnni;
  if (ymm && leaves >= 1 && __get_cpuid_count(7, 1, &a, &b, &c, &d) != 0 && has(a, 4)) {
    features |= cpu::kAvxVnni;
  }
  return features;
}

#elif LINNET_HAS_OS && defined(__linux__) && defined(__aarch64__)

uint32_t cpu_features_available() {
  constexpr unsigned long kHwcap = 16, kHwcap2 = 26;  // AT_HWCAP, AT_HWCAP2
  const unsigned long caps = getauxval(kHwcap);
  const unsigned long caps2 = getauxval(kHwcap2);
  uint32_t features = cpu::kNone;
  if ((caps & (1ul << 1)) != 0) features |= cpu::kNeon;      // HWCAP_ASIMD
  if ((caps & (1ul << 10)) != 0) features |= cpu::kFp16;     // HWCAP_ASIMDHP
  if ((caps & (1ul << 20)) != 0) features |= cpu::kDotprod;  // HWCAP_ASIMDDP
  if ((caps2 & (1ul << 13)) != 0) features |= cpu::kI8mm;    // HWCAP2_I8MM
  return features;
}

#elif LINNET_HAS_OS && defined(__linux__) && defined(__arm__)

uint32_t cpu_features_available() {
  constexpr unsigned long kHwcap = 16;  // AT_HWCAP
  constexpr unsigned long kNeonAndVfpv4 = (1ul << 12) | (1ul << 16);
  return (getauxval(kHwcap) & kNeonAndVfpv4) == kNeonAndVfpv4 ? cpu::kNeon : cpu::kNone;
}

#else

uint32_t cpu_features_available() {
  uint32_t features = cpu::kNone;
#if defined(__ARM_NEON) && defined(__ARM_FEATURE_FMA)
  features |= cpu::kNeon;
#endif
#if defined(__ARM_FEATURE_DOTPROD)
  features |= cpu::kDotprod;
#endif
#if defined(__ARM_FEATURE_MATMUL_INT8)
  features |= cpu::kI8mm;
#endif
#if defined(__AVX2__) && defined(__FMA__)
  features |= cpu::kAvx2Fma;
#endif
  return features;
}

#endif

}  // namespace linnet
