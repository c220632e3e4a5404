/* Output and exit through the debugger (Arm's semihosting), which QEMU is with -semihosting. */
#include "board.h"

enum { kSysWrite0 = 0x04, kSysExitExtended = 0x20, kApplicationExit = 0x20026 };

static long semihosting(long operation, const void* argument) {
#if defined(__aarch64__)
  register long x0 __asm__("x0") = operation;
  register const void* x1 __asm__("x1") = argument;
  __asm__ volatile("hlt #0xf000" : "+r"(x0) : "r"(x1) : "memory");
  return x0;
#else
  register long r0 __asm__("r0") = operation;
  register const void* r1 __asm__("r1") = argument;
#if __ARM_ARCH_PROFILE == 'M'
  __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
#elif defined(__thumb__)
  __asm__ volatile("svc 0xab" : "+r"(r0) : "r"(r1) : "memory", "lr");
#else
  __asm__ volatile("svc 0x123456" : "+r"(r0) : "r"(r1) : "memory", "lr");
#endif
  return r0;
#endif
}

void board_write(const char* text) {
  semihosting(kSysWrite0, text);
}

void board_exit(int code) {
  const long block[2] = {kApplicationExit, code};
  semihosting(kSysExitExtended, block);
  for (;;) {
  }
}
