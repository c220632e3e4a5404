#include "tests/support/heap_meter.h"

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdlib>

#if defined(__GLIBC__) && !defined(LINNET_SANITIZED)
#define LINNET_HEAP_METER 1
#include <malloc.h>
#else
#define LINNET_HEAP_METER 0
#endif

namespace linnet::test::heap_meter {
namespace {

std::atomic<size_t> bytes_in_use{0};
std::atomic<size_t> most{0};

}  // namespace

bool available() {
  return LINNET_HEAP_METER != 0;
}
size_t in_use() {
  return bytes_in_use;
}
size_t peak() {
  return most;
}
void reset_peak() {
  most = bytes_in_use.load();
}

#if LINNET_HEAP_METER
namespace {

void* taken(void* memory) {
  if (memory == nullptr) return nullptr;
  const size_t now = bytes_in_use += malloc_usable_size(memory);
  size_t before = most;
  while (now > before && !most.compare_exchange_weak(before, now)) {
  }
  return memory;
}

void given_back(void* memory) {
  if (memory != nullptr) bytes_in_use -= malloc_usable_size(memory);
}

}  // namespace
#endif

}  // namespace linnet::test::heap_meter

#if LINNET_HEAP_METER

// glibc lets a program have its own malloc if it defines all of these, and keeps its own under the
// names with __libc_.
extern "C" {

void* __libc_malloc(size_t bytes);
void* __libc_calloc(size_t count, size_t bytes);
void* __libc_realloc(void* memory, size_t bytes);
void* __libc_memalign(size_t alignment, size_t bytes);
void __libc_free(void* memory);

using linnet::test::heap_meter::given_back;
using linnet::test::heap_meter::taken;

void* malloc(size_t bytes) {
  return taken(__libc_malloc(bytes));
}
void* calloc(size_t count, size_t bytes) {
  return taken(__libc_calloc(count, bytes));
}
void* realloc(void* memory, size_t bytes) {
  given_back(memory);
  void* const moved = __libc_realloc(memory, bytes);
  if (moved == nullptr && bytes != 0) {
    taken(memory);
    return nullptr;
  }
  return taken(moved);
}
void free(void* memory) {
  given_back(memory);
  __libc_free(memory);
}
void* memalign(size_t alignment, size_t bytes) {
  return taken(__libc_memalign(alignment, bytes));
}
void* aligned_alloc(size_t alignment, size_t bytes) {
  return taken(__libc_memalign(alignment, bytes));
}
int posix_memalign(void** memory, size_t alignment, size_t bytes) {
  void* const made = __libc_memalign(alignment, bytes);
  if (made == nullptr) return ENOMEM;
  *memory = taken(made);
  return 0;
}

}  // extern "C"

#endif
