// Memory that ends, or begins, at a page that must not be touched.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <stdexcept>

#include "kernels/base.h"

namespace linnet::test {

class GuardedMemory {
 public:
  enum class Guard : uint8_t { before, after };

  GuardedMemory(size_t bytes, Guard guard) {
    const auto page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
    const size_t inner = round_up(bytes, page);
    mapped_ = inner + 2 * page;
    base_ = mmap(nullptr, mapped_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (base_ == MAP_FAILED) throw std::runtime_error("mmap failed");
    inner_ = static_cast<uint8_t*>(base_) + page;
    inner_bytes_ = inner;
    protect(PROT_READ | PROT_WRITE);
    data_ = guard == Guard::before ? inner_ : inner_ + inner - bytes;
  }
  ~GuardedMemory() { munmap(base_, mapped_); }
  GuardedMemory(const GuardedMemory&) = delete;
  GuardedMemory& operator=(const GuardedMemory&) = delete;

  uint8_t* data() const { return data_; }
  void make_read_only() { protect(PROT_READ); }

 private:
  void protect(int mode) {
    if (mprotect(inner_, inner_bytes_, mode) != 0) throw std::runtime_error("mprotect failed");
  }

  void* base_ = nullptr;
  uint8_t* inner_ = nullptr;
  uint8_t* data_ = nullptr;
  size_t mapped_ = 0, inner_bytes_ = 0;
};

}  // namespace linnet::test
