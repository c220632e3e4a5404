// Memory that ends where it ends: kernels run on buffers that touch a page which faults, and whose
// every byte that is not theirs to write holds a canary.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace linnet::test {

// low: the buffer begins right after the first guard page, so that reading before it faults.
// high: it ends right before the second, so that reading beyond it faults; its alignment is then
// that of its size.
enum class Side { low, high };
inline constexpr Side kSides[] = {Side::low, Side::high};
const char* name(Side side);

class GuardedMemory {
 public:
  GuardedMemory() = default;
  ~GuardedMemory();
  GuardedMemory(const GuardedMemory&) = delete;
  GuardedMemory& operator=(const GuardedMemory&) = delete;

  // `bytes` bytes, all filled with `fill`. Invalidates what an earlier call returned.
  void* place(size_t bytes, Side side, uint8_t fill);
  // As many bytes as may be, up to 256, on the unguarded side still hold `fill`.
  bool surroundings_untouched() const;

 private:
  void reserve(size_t bytes);

  uint8_t* pages_ = nullptr;  // guard page, capacity_ bytes, guard page
  size_t capacity_ = 0;
  uint8_t* data_ = nullptr;
  size_t bytes_ = 0;
  uint8_t fill_ = 0;
};

inline constexpr uint8_t kPoison = 0xFF;  // as f32: NaN, so that what is read by mistake shows
inline constexpr uint8_t kCanary = 0xC5;

// Elements of `pixels` pixels of which each has `channels` and starts `stride` after the last.
constexpr size_t extent(int pixels, int channels, size_t stride) {
  return static_cast<size_t>(pixels - 1) * stride + static_cast<size_t>(channels);
}

// An input: what lies between the pixels is poison.
template <typename T>
class GuardedInput {
 public:
  T* place(size_t count, Side side) {
    return static_cast<T*>(memory_.place(count * sizeof(T), side, kPoison));
  }

 private:
  GuardedMemory memory_;
};

// An output of pixels; untouched() says whether all that is not a channel of a pixel is as before.
template <typename T>
class GuardedOutput {
 public:
  T* place(int pixels, int channels, size_t stride, Side side) {
    pixels_ = pixels;
    channels_ = static_cast<size_t>(channels);
    stride_ = stride;
    const size_t bytes = extent(pixels, channels, stride) * sizeof(T);
    data_ = static_cast<T*>(memory_.place(bytes, side, kCanary));
    return data_;
  }
  T at(int pixel, int channel) const {
    return data_[static_cast<size_t>(pixel) * stride_ + static_cast<size_t>(channel)];
  }
  bool untouched() const {
    for (size_t p = 0; p + 1 < static_cast<size_t>(pixels_); ++p) {
      const auto* gap = reinterpret_cast<const uint8_t*>(data_ + p * stride_ + channels_);
      for (size_t i = 0; i < (stride_ - channels_) * sizeof(T); ++i) {
        if (gap[i] != kCanary) return false;
      }
    }
    return memory_.surroundings_untouched();
  }

 private:
  GuardedMemory memory_;
  T* data_ = nullptr;
  int pixels_ = 0;
  size_t channels_ = 0, stride_ = 0;
};

}  // namespace linnet::test
