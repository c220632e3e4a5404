// Counts calls of the heap in this process, from any thread and any library.
#pragma once

namespace linnet::test {

// True if this build can count: with glibc by taking the place of malloc and its relatives, with
// AddressSanitizer by its hooks.
bool can_count_allocations();
// Calls of malloc, calloc, realloc, free, memalign and operators new and delete so far.
long allocation_calls();

}  // namespace linnet::test
