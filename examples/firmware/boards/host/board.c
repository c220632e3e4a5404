/* A process on a computer: what the other boards must print. */
#include "board.h"

#include <stdio.h>
#include <stdlib.h>

void board_write(const char* text) {
  fputs(text, stdout);
}

void board_exit(int code) {
  exit(code);
}

uint32_t board_nanoseconds(void) {
  return 0;
}

size_t board_stack_used(void) {
  return 0;
}
