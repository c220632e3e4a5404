// Divides a step's scratch memory into arrays.
#pragma once

#include "kernels/base.h"
#include "linnet/linnet.h"

namespace linnet {

// Takes arrays at 64-byte aligned addresses, one after the other; without memory it only counts.
class Divider {
 public:
  explicit Divider(void* memory) : memory_(static_cast<uint8_t*>(memory)) {}
  template <typename T>
  T* take(size_t count) {
    uint8_t* result = memory_ == nullptr ? nullptr : memory_ + used_;
    used_ += round_up(count * sizeof(T), LINNET_ALIGNMENT);
    return reinterpret_cast<T*>(result);
  }
  size_t used() const { return used_; }

 private:
  uint8_t* memory_;
  size_t used_ = 0;
};

}  // namespace linnet
