/* What a board gives to the application; boards/ has one implementation for each. */
#ifndef FIRMWARE_BOARD_H
#define FIRMWARE_BOARD_H

#include <stddef.h>
#include <stdint.h>

/* Writes text to the debugger or a terminal. */
void board_write(const char* text);
/* Ends the program; 0 is success. Does not return. */
void board_exit(int code);
/* Nanoseconds of the board's clock, modulo 2^32; 0 if it has none. In QEMU with -icount shift=0 an
 * instruction takes one nanosecond. */
uint32_t board_nanoseconds(void);
/* Most bytes of stack that have been in use since the reset; 0 if the board cannot tell. */
size_t board_stack_used(void);

/* The application; called by the board's start-up code with caches and FPU on. */
int main(void);

#endif
