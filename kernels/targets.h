// Which instruction sets the compiler can be asked for on this target. A file of an instruction set
// compiles to nothing elsewhere, so the list of sources is the same on every target.
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
