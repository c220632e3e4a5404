// Allocations and threads that the system refuses. operator new calls malloc or aligned_alloc.
#include <pthread.h>

#include <cerrno>
#include <cstddef>

#include "tests/reliability/faults/shim.h"

namespace {

using linnet::faults::fails;
using linnet::faults::Fault;

bool refuses(const char* function) {
  if (!fails(Fault::out_of_memory, function)) return false;
  errno = ENOMEM;
  return true;
}

}  // namespace

// glibc's own names for what is wrapped: to look them up would allocate.
extern "C" {

void* __libc_malloc(size_t bytes);
void* __libc_calloc(size_t count, size_t bytes);
void* __libc_realloc(void* memory, size_t bytes);
void* __libc_memalign(size_t alignment, size_t bytes);

void* malloc(size_t bytes) {
  return refuses("malloc") ? nullptr : __libc_malloc(bytes);
}

void* calloc(size_t count, size_t bytes) {
  return refuses("calloc") ? nullptr : __libc_calloc(count, bytes);
}

void* realloc(void* memory, size_t bytes) {
  return refuses("realloc") ? nullptr : __libc_realloc(memory, bytes);
}

void* aligned_alloc(size_t alignment, size_t bytes) {
  return refuses("aligned_alloc") ? nullptr : __libc_memalign(alignment, bytes);
}

void* memalign(size_t alignment, size_t bytes) {
  return refuses("memalign") ? nullptr : __libc_memalign(alignment, bytes);
}

int posix_memalign(void** memory, size_t alignment, size_t bytes) {
  if (refuses("posix_memalign")) return ENOMEM;
  *memory = __libc_memalign(alignment, bytes);
  return *memory == nullptr ? ENOMEM : 0;
}

int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*start)(void*),
                   void* argument) {
  using Create = int (*)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);
  const auto create = reinterpret_cast<Create>(linnet::faults::hidden("pthread_create"));
  if (fails(Fault::no_thread, "pthread_create")) return EAGAIN;
  return create(thread, attributes, start, argument);
}

}  // extern "C"
