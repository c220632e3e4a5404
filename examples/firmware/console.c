#include "console.h"

#include <string.h>

#include "board.h"

enum { kLineBytes = 160 };

static char line[kLineBytes];
static unsigned length;

static void put(char c) {
  if (length < kLineBytes - 2) line[length++] = c;
}

void put_text(const char* text) {
  while (*text != '\0') put(*text++);
}

void put_number(uint32_t value) {
  char digits[10];
  int count = 0;
  do {
    digits[count++] = (char)('0' + value % 10);
    value /= 10;
  } while (value != 0);
  while (count > 0) put(digits[--count]);
}

void put_float_bits(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  for (int shift = 28; shift >= 0; shift -= 4) put("0123456789abcdef"[(bits >> shift) & 15]);
}

void end_line(void) {
  line[length] = '\n';
  line[length + 1] = '\0';
  length = 0;
  board_write(line);
}
