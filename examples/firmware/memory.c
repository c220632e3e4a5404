/* The four functions that compilers call on their own, for images without a C library. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Words that may lie anywhere and be anything. */
typedef struct {
  uint64_t value;
} __attribute__((packed, may_alias)) Word;

void* memcpy(void* restrict to, const void* restrict from, size_t count) {
  uint8_t* t = to;
  const uint8_t* f = from;
  for (; count >= sizeof(Word); count -= sizeof(Word), t += sizeof(Word), f += sizeof(Word)) {
    ((Word*)t)->value = ((const Word*)f)->value;
  }
  while (count-- > 0) *t++ = *f++;
  return to;
}

void* memmove(void* to, const void* from, size_t count) {
  uint8_t* t = to;
  const uint8_t* f = from;
  if ((uintptr_t)t - (uintptr_t)f >= count) return memcpy(to, from, count);
  while (count-- > 0) t[count] = f[count];
  return to;
}

void* memset(void* to, int byte, size_t count) {
  uint8_t* t = to;
  const uint64_t eight = 0x0101010101010101u * (uint8_t)byte;
  for (; count >= sizeof(Word); count -= sizeof(Word), t += sizeof(Word)) ((Word*)t)->value = eight;
  while (count-- > 0) *t++ = (uint8_t)byte;
  return to;
}

int memcmp(const void* a, const void* b, size_t count) {
  const uint8_t* p = a;
  const uint8_t* q = b;
  for (; count > 0; --count, ++p, ++q) {
    if (*p != *q) return *p - *q;
  }
  return 0;
}
