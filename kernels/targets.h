// Which instruction sets the compiler can be asked for on this target, and which of them this build
// has kernels for.
#pragma once

#if defined(__aarch64__)
#define LINNET_TARGET_AARCH64 1
#else
#define LINNET_TARGET_AARCH64 0
#endif

// 32-bit application cores; microcontrollers have no NEON.
#if defined(__arm__) && __ARM_ARCH >= 7 && __ARM_ARCH_PROFILE == 'A'
#define LINNET_TARGET_ARMV7 1
#else
#define LINNET_TARGET_ARMV7 0
#endif

#if defined(__x86_64__)
#define LINNET_TARGET_X86 1
#else
#define LINNET_TARGET_X86 0
#endif

#define LINNET_TARGET_NEON (LINNET_TARGET_AARCH64 || LINNET_TARGET_ARMV7)

// LINNET_ISA_<name>: whether the tables of variants have rows for it. cmake/LinnetTrim.cmake
// defines LINNET_NO_<name> to 1 for what the option LINNET_ISAS leaves out; undefined counts as 0.
// A file of an instruction set compiles to nothing where the target lacks it.
// Whether depthwise kernels have variants of their own for windows of 5x5.
#define LINNET_WINDOW_5X5 (!LINNET_NO_5X5)
#define LINNET_ISA_SCALAR (!LINNET_NO_SCALAR)
#define LINNET_ISA_NEON (LINNET_TARGET_NEON && !LINNET_NO_NEON)
#define LINNET_ISA_DOTPROD (LINNET_TARGET_AARCH64 && !LINNET_NO_DOTPROD)
#define LINNET_ISA_I8MM (LINNET_TARGET_AARCH64 && !LINNET_NO_I8MM)
#define LINNET_ISA_AVX2 (LINNET_TARGET_X86 && !LINNET_NO_AVX2)
#define LINNET_ISA_AVXVNNI (LINNET_TARGET_X86 && !LINNET_NO_AVXVNNI)
#define LINNET_ISA_AVX512 (LINNET_TARGET_X86 && !LINNET_NO_AVX512)
#define LINNET_ISA_AVX512VNNI (LINNET_TARGET_X86 && !LINNET_NO_AVX512VNNI)
