/* Text output without a C library's printf: a line is put together, then written at once. */
#ifndef FIRMWARE_CONSOLE_H
#define FIRMWARE_CONSOLE_H

#include <stdint.h>

void put_text(const char* text);
void put_number(uint32_t value);
/* The 32 bits of a float, as eight hexadecimal digits. */
void put_float_bits(float value);
/* Writes the line. */
void end_line(void);

#endif
