/* Cortex-A15 from reset to start(): supervisor mode, NEON, MMU and caches on. */
  .syntax unified
  .arm

#define SECTION 2
#define DEVICE (1 << 2)
#define NORMAL ((1 << 12) | (1 << 3) | (1 << 2)) /* write-back, allocating */
#define NO_EXECUTE (1 << 4)
#define ACCESS (3 << 10)
#define READ_ONLY (1 << 15)
#define SHARED (1 << 16)

  .section .vectors, "ax"
  .global reset
reset:
  b cold
  b fault
  b fault
  b fault
  b fault
  b fault
  b fault
  b fault

cold:
  cpsid if
  ldr sp, =stack_top
  /* The caches work only while the core takes part in coherency. */
  mrc p15, 0, r0, c1, c0, 1
  orr r0, r0, #(1 << 6)
  mcr p15, 0, r0, c1, c0, 1
  /* NEON does not trap. */
  mrc p15, 0, r0, c1, c0, 2
  orr r0, r0, #(15 << 20)
  mcr p15, 0, r0, c1, c0, 2
  isb
  mov r0, #(1 << 30)
  vmsr fpexc, r0

  /* A table of 4096 megabytes: 128 of flash, devices, from 1 GB on memory. */
  ldr r0, =megabytes
  mov r1, #0
1:
  ldr r2, =(SECTION | NORMAL | ACCESS | READ_ONLY | SHARED)
  cmp r1, #128
  ldrhs r2, =(SECTION | DEVICE | ACCESS | NO_EXECUTE)
  cmp r1, #1024
  ldrhs r2, =(SECTION | NORMAL | ACCESS | SHARED | NO_EXECUTE)
  orr r2, r2, r1, lsl #20
  str r2, [r0, r1, lsl #2]
  add r1, r1, #1
  cmp r1, #4096
  blo 1b
  dsb

  mov r1, #0
  mcr p15, 0, r1, c2, c0, 2   /* one table for all addresses */
  orr r0, r0, #0x4a           /* which is walked through the caches */
  mcr p15, 0, r0, c2, c0, 0
  mov r0, #1                  /* domain 0: permissions count */
  mcr p15, 0, r0, c3, c0, 0
  mcr p15, 0, r1, c8, c7, 0   /* no old translations, instructions, branches */
  mcr p15, 0, r1, c7, c5, 0
  mcr p15, 0, r1, c7, c5, 6
  dsb
  isb
  mrc p15, 0, r0, c1, c0, 0
  ldr r1, =((1 << 0) | (1 << 2) | (1 << 11) | (1 << 12)) /* MMU, data cache, branches, instructions */
  orr r0, r0, r1
  bic r0, r0, #2              /* no alignment check */
  mcr p15, 0, r0, c1, c0, 0
  isb
  ldr r0, =start
  bx r0

fault:
  ldr sp, =stack_top
  ldr r0, =stop_at_fault
  bx r0
  .ltorg

  .section .tables, "aw", %nobits
  .balign 16384
megabytes:
  .skip 16384
