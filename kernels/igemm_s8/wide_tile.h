// igemm_s8 for AVX2 where a pixel has few inputs, as in the first convolution: 8 pixels by one
// panel, inputs and weights as words, whose products cannot saturate and need no looking at. A
// group of one input, such as the last of 3 pixels of 3 channels, costs half of others.
#pragma once

#include "kernels/igemm_s8/offset_tile.h"

namespace linnet {
namespace {  // NOLINT(google-build-namespaces)

// Calls step(group, odd) for each two values to be multiplied at a time.
template <typename Step>
LINNET_INLINE void for_each_step(int segments, const int* k, const Step& step) {
  size_t group = 0;
  for (int t = 0; t < segments; ++t) {
    for (int i = 0; i < k[t]; i += kIgemmS8Group, ++group) {
      step(group, false);
      if (k[t] - i > 1) step(group, true);
    }
  }
}

// A tile of pixels.
class WidePixels {
 public:
  static constexpr size_t kMostGroups = 9;
  static constexpr size_t kMostSteps = 2 * kMostGroups;

  // Turns to a tile, as OffsetPixels does.
  LINNET_INLINE void load(int segments, const int8_t* const* rows, const int* k) {
    alignas(32) int8_t groups[kMostGroups + 3][OffsetPixels::kGroupBytes];
    OffsetPixels::for_each_four(
        segments, rows, k, [&](const int8_t* const* tile, size_t from, size_t group) {
          OffsetPixels::transpose(tile, from, _mm256_setzero_si256(), groups[group]);
        });
    count_ = 0;
    for_each_step(segments, k, [&](size_t g, bool odd) {
      const __m256i x = _mm256_load_si256(reinterpret_cast<const __m256i*>(groups[g]));
      steps_[count_++] = odd ? odd_words(x) : even_words(x);
    });
  }
  size_t count() const { return count_; }  // of steps
  // The 2 inputs of a step of pixel p, repeated.
  LINNET_INLINE __m256i repeated(size_t step, int p) const {
    return PanelsAvx2::repeated(reinterpret_cast<const int8_t*>(steps_ + step) + p * 4);
  }

 private:
  size_t count_ = 0;
  __m256i steps_[kMostSteps];  // [step][pixel][2 inputs]
};

// The weights of some panels, step by step.
class WideWeights {
 public:
  static constexpr int kMostPanels = 16;

  LINNET_INLINE void load(const uint8_t* panels, size_t panel_bytes, int count, int segments,
                          const int* k) {
    for (int i = 0; i < count; ++i) {
      const uint8_t* panel = panels + static_cast<size_t>(i) * panel_bytes;
      const auto* weights = reinterpret_cast<const __m256i*>(panel + sizeof(IgemmS8PanelHeader));
      __m256i* to = steps_ + i * WidePixels::kMostSteps;
      for_each_step(segments, k, [&](size_t g, bool odd) {
        const __m256i w = _mm256_load_si256(weights + g);
        *to++ = odd ? odd_words(w) : even_words(w);
      });
    }
  }
  const __m256i* panel(int i) const { return steps_ + i * WidePixels::kMostSteps; }

 private:
  __m256i steps_[kMostPanels * WidePixels::kMostSteps];  // [panel][step][channel][2 inputs]
};

// The weights of a step as OffsetTile takes them.
struct WideStep {
  __m256i w;
  template <typename X>
  LINNET_INLINE __m256i multiply(const X& x) const {
    return _mm256_madd_epi16(w, x(0));
  }
};

// Of one panel, for one tile of pixels; see OffsetPanel.
struct WidePanel {
  const IgemmS8PanelHeader& header;
  const __m256i* weights;
  const WidePixels& pixels;

  template <int kRows, typename Output, typename Out>
  LINNET_NOINLINE void run(int m, int n, const Output& output, Out* out, size_t stride) const {
    OffsetTile<kRows> tile;
    tile.start(_mm256_load_si256(reinterpret_cast<const __m256i*>(header.bias)));
    for (size_t s = 0; s < pixels.count(); ++s) {
      tile.multiply(pixels, s, WideStep{_mm256_load_si256(weights + s)});
    }
    put<kRows>(tile, header, m, n, output, out, stride);
  }
};

}  // namespace
}  // namespace linnet
