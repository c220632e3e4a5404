#include "kernels/igemm_s8/igemm_s8.h"

namespace linnet {
namespace {

constexpr int kMr = 4;
constexpr int kNr = kIgemmS8PanelWidth;

// w: weights of one input, kIgemmS8Group apart.
LINNET_INLINE void add_products(int x, const int8_t* w, uint32_t (&sum)[kNr]) {
#pragma GCC unroll 8
  for (int c = 0; c < kNr; ++c) sum[c] += static_cast<uint32_t>(x * w[c * kIgemmS8Group]);
}

// Sums of one pixel and one panel; unsigned, because they may wrap around. Unrolled, so that the
// sums are registers.
void accumulate(int segments, const int8_t* const* rows, const int* k,
                const IgemmS8PanelHeader& header, const int8_t* w, uint32_t (&sums)[kNr]) {
  uint32_t sum[kNr];
  for (int c = 0; c < kNr; ++c) sum[c] = static_cast<uint32_t>(header.bias[c]);
  for (int t = 0; t < segments; ++t) {
    const int8_t* in = rows[t * kMr];
    int left = k[t];
    for (; left >= kIgemmS8Group; left -= kIgemmS8Group) {
#pragma GCC unroll 4
      for (int i = 0; i < kIgemmS8Group; ++i) add_products(in[i], w + i, sum);
      in += kIgemmS8Group;
      w += kIgemmS8Group * kNr;
    }
    if (left == 0) continue;
    for (int i = 0; i < left; ++i) add_products(in[i], w + i, sum);
    w += kIgemmS8Group * kNr;
  }
  for (int c = 0; c < kNr; ++c) sums[c] = sum[c];
}

// Calls store(pixel, channel, sum, multiplier) for each output.
template <typename Store>
void for_each_sum(int m, int segments, const int8_t* const* rows, const int* k, const void* panels,
                  size_t panel_bytes, int n, const Store& store) {
  const auto* panel = static_cast<const uint8_t*>(panels);
  for (int first = 0; first < n; first += kNr) {
    const auto& header = *reinterpret_cast<const IgemmS8PanelHeader*>(panel);
    const auto* w = reinterpret_cast<const int8_t*>(panel + sizeof header);
    for (int p = 0; p < m; ++p) {
      uint32_t sum[kNr];
      accumulate(segments, rows + p / kMr * segments * kMr + p % kMr, k, header, w, sum);
      for (int c = 0; c < kNr && first + c < n; ++c) {
        store(p, first + c, static_cast<int32_t>(sum[c]), header.multiplier[c]);
      }
    }
    panel += panel_bytes;
  }
}

}  // namespace

void igemm_s8_4x8_n8k4_scalar(int m, int segments, const int8_t* const* rows, const int* k,
                              const void* panels, size_t panel_bytes, int n, const RequantizeS8& to,
                              int8_t* out, size_t out_pixel_stride) {
  const RequantizeS8 local = to;  // `out` could alias `to`
  for_each_sum(m, segments, rows, k, panels, panel_bytes, n,
               [&](int p, int c, int32_t sum, float multiplier) {
                 out[static_cast<size_t>(p) * out_pixel_stride + static_cast<size_t>(c)] =
                     requantize_s8(sum, multiplier, local);
               });
}

void igemm_s8_4x8_n8k4_scalar_to_f32(int m, int segments, const int8_t* const* rows, const int* k,
                                     const void* panels, size_t panel_bytes, int n, float* out,
                                     size_t out_pixel_stride) {
  for_each_sum(m, segments, rows, k, panels, panel_bytes, n,
               [&](int p, int c, int32_t sum, float multiplier) {
                 out[static_cast<size_t>(p) * out_pixel_stride + static_cast<size_t>(c)] =
                     static_cast<float>(sum) * multiplier;
               });
}

}  // namespace linnet
