/* Cortex-A53 from reset to start(): exception level 1, NEON, MMU and caches on. */

#define BLOCK 1
#define DEVICE (0 << 2)
#define NORMAL (1 << 2)      /* index into MAIR: write-back, allocating */
#define READ_ONLY (2 << 6)
#define SHARED (3 << 8)
#define ACCESSED (1 << 10)
#define NO_EXECUTE (3 << 53)

  /* The table of exceptions, 128 bytes an entry, lies at address 0, where the CPU starts. Its first
   * four entries (for a stack pointer that is not in use here) hold the start-up code instead, and
   * the last eight (from levels below) are missing, since nothing runs there. */
  .section .vectors, "ax"
  .balign 2048
  .global reset
reset:
exceptions:
  mrs x0, CurrentEL
  cmp x0, #(3 << 2)
  b.ne 1f
  /* From level 3: level 2 or 1 is 64-bit, not secure, and may use NEON. */
  mov x1, #0x431
  orr x1, x1, #0x400
  msr scr_el3, x1
  msr cptr_el3, xzr
  mov x1, #0x3c5              /* level 1 with its own stack pointer, interrupts masked */
  msr spsr_el3, x1
  adr x1, level1
  msr elr_el3, x1
  mov x1, #(1 << 31)
  msr hcr_el2, x1
  mov x1, #0x33ff
  msr cptr_el2, x1
  eret
1:
  cmp x0, #(2 << 2)
  b.ne level1
  mov x1, #(1 << 31)
  msr hcr_el2, x1
  mov x1, #0x33ff
  msr cptr_el2, x1
  msr cntvoff_el2, xzr
  mov x1, #0x3c5
  msr spsr_el2, x1
  adr x1, level1
  msr elr_el2, x1
  eret

level1:
  mov x0, #(3 << 20)          /* NEON does not trap */
  msr cpacr_el1, x0
  ldr x0, =exceptions
  msr vbar_el1, x0
  ldr x0, =stack_top
  mov sp, x0

  /* One table for 4 GB, an entry for each; the first GB has a table of 2 MB blocks: 128 MB of flash,
   * then devices. */
  ldr x0, =gigabytes
  ldr x1, =first_gigabyte
  orr x2, x1, #3
  str x2, [x0]
  ldr x2, =(0x40000000 | BLOCK | NORMAL | SHARED | ACCESSED | NO_EXECUTE)
  str x2, [x0, #8]
  stp xzr, xzr, [x0, #16]
  mov x2, #0
  ldr x3, =(BLOCK | NORMAL | READ_ONLY | SHARED | ACCESSED)
  ldr x4, =(BLOCK | DEVICE | ACCESSED | NO_EXECUTE)
2:
  cmp x2, #64
  csel x5, x3, x4, lo
  orr x5, x5, x2, lsl #21
  str x5, [x1, x2, lsl #3]
  add x2, x2, #1
  cmp x2, #512
  b.lo 2b
  dsb sy

  msr ttbr0_el1, x0
  mov x1, #0xff00             /* MAIR: 0 device, 1 write-back */
  msr mair_el1, x1
  ldr x1, =(32 | (1 << 8) | (1 << 10) | (3 << 12) | (1 << 23))
  msr tcr_el1, x1
  tlbi vmalle1
  ic iallu
  dsb sy
  isb
  mrs x1, sctlr_el1
  ldr x2, =((1 << 0) | (1 << 2) | (1 << 12))  /* MMU, data and instruction caches */
  orr x1, x1, x2
  bic x1, x1, #2              /* no alignment check */
  msr sctlr_el1, x1
  isb
  b start
  .ltorg

  .org exceptions + 4 * 128
  .rept 4
  b fault
  .balign 128
  .endr
fault:
  ldr x0, =stack_top
  mov sp, x0
  b stop_at_fault
  .ltorg

  .section .tables, "aw", %nobits
  .balign 4096
first_gigabyte:
  .skip 4096
gigabytes:
  .skip 64
