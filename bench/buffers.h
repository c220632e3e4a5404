// Memory of the micro-benchmarks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

namespace linnet::bench {

// Floats that start on a 64-byte boundary, with small values of both signs.
class Buffer {
 public:
  explicit Buffer(size_t count) : memory_(count + 16) {
    const size_t misplaced = reinterpret_cast<uintptr_t>(memory_.data()) % 64 / sizeof(float);
    data_ = memory_.data() + (16 - misplaced) % 16;
    uint32_t state = 1;
    for (size_t i = 0; i < count; ++i) {
      state = state * 1664525u + 1013904223u;
      data_[i] = static_cast<float>(static_cast<int32_t>(state)) * (1.0f / 2147483648.0f);
    }
  }
  explicit Buffer(const std::vector<float>& values) : Buffer(values.size()) {
    std::memcpy(data_, values.data(), values.size() * sizeof(float));
  }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;

  float* data() { return data_; }

 private:
  std::vector<float> memory_;
  float* data_;
};

}  // namespace linnet::bench
