/* The clock of Cortex-A: the virtual counter, 62.5 MHz in QEMU. */
#include "board.h"

enum { kNanosecondsPerTick = 16 };

uint32_t board_nanoseconds(void) {
#if defined(__aarch64__)
  uint64_t ticks;
  __asm__ volatile("isb\n\tmrs %0, cntvct_el0" : "=r"(ticks));
#else
  uint32_t low, high;
  __asm__ volatile("isb\n\tmrrc p15, 1, %0, %1, c14" : "=r"(low), "=r"(high));
  const uint32_t ticks = low;
#endif
  return (uint32_t)ticks * kNanosecondsPerTick;
}
