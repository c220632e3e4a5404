// Bump allocation in the caller's arena, and in a step's scratch memory. The same code runs twice:
// without memory it only counts, so that the size that is asked for is the size that is used.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/base.h"
#include "linnet/linnet.h"

namespace linnet {

class Arena {
 public:
  // memory: 64-byte aligned, or null to count.
  explicit Arena(void* memory) : memory_(static_cast<uint8_t*>(memory)) {}

  // `count` records at a 64-byte aligned address; null when counting or after an overflow.
  template <typename T>
  T* take(size_t count) {
    return static_cast<T*>(take_bytes(count, sizeof(T)));
  }
  // `bytes` bytes for each of `owners`, which is at least 1, one after the other. The product may
  // be anything; take<uint8_t>(bytes * owners) would get it cut to size_t.
  uint8_t* take_each(size_t owners, size_t bytes) {
    return static_cast<uint8_t*>(take_bytes(bytes, owners));
  }
  size_t used() const { return used_; }
  // The sum did not fit into size_t.
  bool overflowed() const { return overflowed_; }

 private:
  void* take_bytes(size_t count, size_t bytes_each) {
    const size_t limit = PTRDIFF_MAX - LINNET_ALIGNMENT;
    if (overflowed_ || count > limit / bytes_each) {
      overflowed_ = true;
      return nullptr;
    }
    const size_t bytes = round_up(count * bytes_each, LINNET_ALIGNMENT);
    if (bytes > limit - used_) {
      overflowed_ = true;
      return nullptr;
    }
    void* result = memory_ == nullptr ? nullptr : memory_ + used_;
    used_ += bytes;
    return result;
  }

  uint8_t* memory_;
  size_t used_ = 0;
  bool overflowed_ = false;
};

}  // namespace linnet
