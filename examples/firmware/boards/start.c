/* The part of start-up that is the same everywhere: memory, then main. Start-up code of a board
 * calls it with a stack, caches and FPU. */
#include <stdint.h>
#include <string.h>

#include "board.h"

/* Of the linker script. */
extern uint8_t data_start[], data_end[], bss_start[], bss_end[];
extern const uint8_t data_load[];
extern uint32_t stack_bottom[], stack_top[];

enum { kPaint = 0x5AFE57AC };

static void paint_stack(void) {
  /* Down to a little below this function's own part. */
  const uintptr_t end = (uintptr_t)__builtin_frame_address(0) - 128;
  for (uintptr_t p = (uintptr_t)stack_bottom; p < end; p += sizeof(uint32_t)) {
    *(volatile uint32_t*)p = kPaint;
  }
}

size_t board_stack_used(void) {
  const uint32_t* p = stack_bottom;
  while (p < stack_top && *p == kPaint) ++p;
  return (size_t)((const uint8_t*)stack_top - (const uint8_t*)p);
}

void start(void);
void start(void) {
  memcpy(data_start, data_load, (size_t)(data_end - data_start));
  memset(bss_start, 0, (size_t)(bss_end - bss_start));
  paint_stack();
  board_exit(main());
}

void stop_at_fault(void);
void stop_at_fault(void) {
  board_write("error: the CPU took an exception\n");
  board_exit(3);
}
