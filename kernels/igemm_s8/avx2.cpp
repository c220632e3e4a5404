#include "kernels/targets.h"

#if LINNET_TARGET_X86

#include "kernels/igemm_s8/wide_tile.h"

namespace linnet {
namespace {

// For what saturates: |x| times weights of x's sign, at most 2 x 128 x 127.
struct DotAvx2 : PanelsAvx2 {
  struct Inputs {
    I sign, magnitude;
  };
  static constexpr bool kUnsignedWeights = false;
  static LINNET_INLINE I weights(I w, int) { return w; }
  static LINNET_INLINE I start(I bias, int32_t) { return bias; }
  static LINNET_INLINE Inputs inputs(const int8_t* in) {
    const I x = repeated(in);
    return {x, _mm256_abs_epi8(x)};
  }
  static LINNET_INLINE I dot(I sum, const Inputs& x, I w) {
    const I pairs = _mm256_maddubs_epi16(x.magnitude, _mm256_sign_epi8(w, x.sign));
    return _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
  }
};

constexpr int kMr = OffsetPixels::kPixels;

size_t group_count(int segments, const int* k) {
  size_t groups = 0;
  for (int t = 0; t < segments; ++t) {
    groups += divide_round_up(static_cast<size_t>(k[t]), kIgemmS8Group);
  }
  return groups;
}

// The same sums in three ways: as offset_tile.h and wide_tile.h say, and by signs where those do
// not pay. Output: one of offset_tile.h.
template <typename Output, typename Out>
class Igemm {
 public:
  Igemm(const int* k, int segments, size_t panel_bytes, const Output& output, size_t stride)
      : groups_(group_count(segments, k)), call_{kMr,         segments, nullptr, kMr,    k,
                                                 panel_bytes, stride,   output,  nullptr} {}

  void run(int m, const int8_t* const* rows, const void* panels, int n, Out* out) {
    const auto* panel = static_cast<const uint8_t*>(panels);
    // Of fewer pixels looking at the weights takes longer than it saves.
    constexpr int kFewPixels = 2 * kMr;
    if (m < kFewPixels || groups_ > OffsetPixels::kMostGroups) {
      return signed_run(m, rows, panel, n, out);
    }
    if (groups_ <= WidePixels::kMostGroups) {
      wide_run(m, rows, panel, n, out);
    } else {
      offset_run(m, rows, panel, n, out);
    }
  }

 private:
  template <typename Tile>
  LINNET_INLINE void for_each_tile(int m, const int8_t* const* rows, Out* out, const Tile& tile) {
    call_.rows = rows;
    for (; m > 0; m -= kMr) {
      tile(m, out);
      call_.rows += static_cast<std::ptrdiff_t>(call_.segments) * kMr;
      out += kMr * call_.stride;
    }
  }

  // Calls chunk(panel, number of panels, channels, out) for at most `most` panels at a time.
  template <typename Chunk>
  LINNET_INLINE void for_each_chunk(int most, const uint8_t* panel, int n, Out* out,
                                    const Chunk& chunk) const {
    for (; n > 0; n -= most * kIgemmS8PanelWidth) {
      const int all = (n + kIgemmS8PanelWidth - 1) / kIgemmS8PanelWidth;
      const int count = all < most ? all : most;
      chunk(panel, count, n, out);
      panel += static_cast<size_t>(count) * call_.panel_bytes;
      out += count * kIgemmS8PanelWidth;
    }
  }

  void wide_run(int m, const int8_t* const* rows, const uint8_t* panels, int n, Out* out) {
    WidePixels pixels;
    WideWeights weights;
    for_each_chunk(WideWeights::kMostPanels, panels, n, out,
                   [&](const uint8_t* panel, int count, int channels, Out* to) {
                     weights.load(panel, call_.panel_bytes, count, call_.segments, call_.k);
                     for_each_tile(m, rows, to, [&](int left, Out* tile) {
                       pixels.load(call_.segments, call_.rows, call_.k);
                       wide_tile(pixels, weights, left, panel, count, channels, tile);
                     });
                   });
  }
  LINNET_INLINE void wide_tile(const WidePixels& pixels, const WideWeights& weights, int m,
                               const uint8_t* panel, int count, int n, Out* out) const {
    for (int i = 0; i < count; ++i, n -= kIgemmS8PanelWidth) {
      const auto& header = *reinterpret_cast<const IgemmS8PanelHeader*>(panel);
      const WidePanel one = {header, weights.panel(i), pixels};
      one.template run<kMr>(m, n, call_.output, out, call_.stride);
      panel += call_.panel_bytes;
      out += kIgemmS8PanelWidth;
    }
  }

  void signed_run(int m, const int8_t* const* rows, const uint8_t* panels, int n, Out* out) {
    for_each_tile(m, rows, out, [&](int left, Out* to) { signed_tile(left, panels, n, to); });
  }
  // The first m pixels of a tile, n channels from `panels` on.
  void signed_tile(int m, const uint8_t* panels, int n, Out* out) {
    constexpr int kRows = kMr / 2;
    BroadcastCall<Output, Out> half = call_;
    for (int first = 0; first < kMr && first < m; first += kRows) {
      half.m = m - first < kRows ? m - first : kRows;
      broadcast_rows<DotAvx2, kRows>(half, panels, n, out);
      half.rows += kRows;
      out += kRows * call_.stride;
    }
  }

  void offset_run(int m, const int8_t* const* rows, const uint8_t* panels, int n, Out* out) {
    pixels_.look_at(m, call_.segments, rows, call_.k);
    for_each_chunk(PairBounds::capacity(groups_), panels, n, out,
                   [&](const uint8_t* panel, int count, int channels, Out* to) {
                     bounds_.look_at(pixels_, panel, call_.panel_bytes, count, groups_);
                     for_each_tile(m, rows, to, [&](int left, Out* tile) {
                       offset_tile(left, panel, count, channels, tile);
                     });
                   });
  }
  void offset_tile(int m, const uint8_t* panel, int count, int n, Out* out) {
    pixels_.load(call_.segments, call_.rows, call_.k);
    for (int i = 0; i < count; ++i, n -= kIgemmS8PanelWidth) {
      offset_panel(m, panel, bounds_.panel(i), n, out);
      panel += call_.panel_bytes;
      out += kIgemmS8PanelWidth;
    }
  }
  LINNET_INLINE void offset_panel(int m, const uint8_t* panel, const PairBounds::Panel& bounds,
                                  int n, Out* out) {
    OffsetPanel one(panel, groups_, bounds, pixels_);
    if (!one.look()) {
      signed_tile(m, panel, n < kIgemmS8PanelWidth ? n : kIgemmS8PanelWidth, out);
    } else if (m > kMr / 2) {
      one.template run<kMr>(m, n, call_.output, out, call_.stride);
    } else {
      one.template run<kMr / 2>(m, n, call_.output, out, call_.stride);
    }
  }

  size_t groups_;
  BroadcastCall<Output, Out> call_;
  OffsetPixels pixels_;
  PairBounds bounds_;
};

}  // namespace

void igemm_s8_8x8_n8k4_avx2(int m, int segments, const int8_t* const* rows, const int* k,
                            const void* panels, size_t panel_bytes, int n, const RequantizeS8& to,
                            int8_t* out, size_t out_pixel_stride) {
  const OffsetToS8 output = {{RequantizeAvx2(to)}};
  Igemm<OffsetToS8, int8_t>(k, segments, panel_bytes, output, out_pixel_stride)
      .run(m, rows, panels, n, out);
}

void igemm_s8_8x8_n8k4_avx2_to_f32(int m, int segments, const int8_t* const* rows, const int* k,
                                   const void* panels, size_t panel_bytes, int n, float* out,
                                   size_t out_pixel_stride) {
  Igemm<OffsetToF32, float>(k, segments, panel_bytes, {}, out_pixel_stride)
      .run(m, rows, panels, n, out);
}

}  // namespace linnet

#endif
