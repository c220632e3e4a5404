/* Cortex-M7 and Cortex-M55 on Arm's MPS boards: vectors, FPU, caches, SysTick. */
#include <stdint.h>

#include "board.h"

extern uint32_t stack_top[];
void start(void);
void stop_at_fault(void);
void reset(void);

static volatile uint32_t* const kSysTick = (uint32_t*)0xE000E010u; /* control, reload, value */
static volatile uint32_t* const kCcr = (uint32_t*)0xE000ED14u;     /* configuration and control */
static volatile uint32_t* const kCcsidr = (uint32_t*)0xE000ED80u;  /* size of the cache */
static volatile uint32_t* const kCsselr = (uint32_t*)0xE000ED84u;  /* which cache */
static volatile uint32_t* const kCpacr = (uint32_t*)0xE000ED88u;   /* coprocessor access */
static volatile uint32_t* const kIciallu = (uint32_t*)0xE000EF50u; /* forget all instructions */
static volatile uint32_t* const kDcisw = (uint32_t*)0xE000EF60u;   /* forget a line of data */

enum { kTicksPerRound = 1 << 24 };
static volatile uint32_t rounds;

static void barrier(void) {
  __asm__ volatile("dsb\n\tisb" ::: "memory");
}

static void forget_data_cache(void) {
  *kCsselr = 0;
  barrier();
  const uint32_t size = *kCcsidr;
  const uint32_t sets = ((size >> 13) & 0x7FFF) + 1, ways = ((size >> 3) & 0x3FF) + 1;
  const uint32_t line_shift = (size & 7) + 4;
  uint32_t way_shift = 32;
  for (uint32_t n = 1; n < ways; n *= 2) --way_shift;
  for (uint32_t set = 0; set < sets; ++set) {
    for (uint32_t way = 0; way < ways; ++way) {
      *kDcisw = set << line_shift | (ways > 1 ? way << way_shift : 0);
    }
  }
}

void reset(void) {
  *kCpacr |= 15u << 20; /* FPU and Helium */
  barrier();
  *kIciallu = 0;
  forget_data_cache();
  barrier();
  *kCcr |= 3u << 16; /* both caches */
  barrier();
  kSysTick[1] = kTicksPerRound - 1;
  kSysTick[2] = 0;
  kSysTick[0] = 7; /* on, with interrupts, the core's clock */
  start();
}

static void count_round(void) {
  ++rounds;
}

uint32_t board_nanoseconds(void) {
  uint32_t before, value;
  do {
    before = rounds;
    value = kSysTick[2];
  } while (before != rounds);
  const uint32_t ticks = before * kTicksPerRound + (kTicksPerRound - 1 - value);
  return ticks / FIRMWARE_CLOCK_MHZ * 1000 + ticks % FIRMWARE_CLOCK_MHZ * 1000 / FIRMWARE_CLOCK_MHZ;
}

typedef void (*Handler)(void);

__attribute__((section(".vectors"), used)) static const struct {
  uint32_t* stack;
  Handler handlers[15];
} vectors = {
    stack_top,
    {reset, stop_at_fault, stop_at_fault, stop_at_fault, stop_at_fault, stop_at_fault,
     stop_at_fault, 0, 0, 0, stop_at_fault, stop_at_fault, 0, stop_at_fault, count_round},
};
