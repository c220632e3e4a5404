#include "tests/engine/count_allocations.h"

#include <atomic>
#include <cerrno>
#include <cstdlib>

#if defined(__SANITIZE_ADDRESS__)
#define LINNET_HEAP_HOOKS 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define LINNET_HEAP_HOOKS 1
#endif
#endif

namespace {
std::atomic<long> calls{0};
}

namespace linnet::test {
long allocation_calls() {
  return calls;
}
}  // namespace linnet::test

#if defined(LINNET_HEAP_HOOKS)

// From sanitizer/allocator_interface.h, which not every compiler package brings.
extern "C" int __sanitizer_install_malloc_and_free_hooks(void (*malloc_hook)(const volatile void*,
                                                                             size_t),
                                                         void (*free_hook)(const volatile void*));

namespace linnet::test {
bool can_count_allocations() {
  static const bool installed =
      __sanitizer_install_malloc_and_free_hooks([](const volatile void*, size_t) { ++calls; },
                                                [](const volatile void*) { ++calls; }) != 0;
  return installed;
}
}  // namespace linnet::test

#elif defined(__GLIBC__)

namespace linnet::test {
bool can_count_allocations() {
  return true;
}
}  // namespace linnet::test

// The C library's own, under the names that it keeps for this purpose. operator new and delete use
// them too.
extern "C" {
void* __libc_malloc(size_t bytes);
void* __libc_calloc(size_t count, size_t bytes);
void* __libc_realloc(void* memory, size_t bytes);
void* __libc_memalign(size_t alignment, size_t bytes);
void __libc_free(void* memory);

void* malloc(size_t bytes) {
  ++calls;
  return __libc_malloc(bytes);
}
void* calloc(size_t count, size_t bytes) {
  ++calls;
  return __libc_calloc(count, bytes);
}
void* realloc(void* memory, size_t bytes) {
  ++calls;
  return __libc_realloc(memory, bytes);
}
void* memalign(size_t alignment, size_t bytes) {
  ++calls;
  return __libc_memalign(alignment, bytes);
}
void* aligned_alloc(size_t alignment, size_t bytes) {
  return memalign(alignment, bytes);
}
int posix_memalign(void** out, size_t alignment, size_t bytes) {
  *out = memalign(alignment, bytes);
  return *out == nullptr ? ENOMEM : 0;
}
void free(void* memory) {
  ++calls;
  __libc_free(memory);
}
}

#else

namespace linnet::test {
bool can_count_allocations() {
  return false;
}
}  // namespace linnet::test

#endif
