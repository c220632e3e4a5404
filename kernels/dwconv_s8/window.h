// dwconv_s8 on vectors of channels. S: what an instruction set does with kWidth channels:
//
//   In, Sum, Scale        a pixel's bytes (or a tap's weights), 32-bit sums, multipliers
//   group(a, b, ...)      2 to kTogether pixels, or taps, to be multiplied together
//   Single, single(w)     a tap on its own
//   add(&sum, group, group), add_one(&sum, in, single)
//   kGroupsAlong          whether groups are cheap enough for each window to have its own
//
// Products are added in groups, before their sum is as wide as the others. Rows are taken together:
// a group is a tap and those below it, which all windows share. Rows of padding are read from a few
// bytes of padding again and again.
#pragma once

#include <utility>

#include "kernels/dwconv_s8/dwconv_s8.h"
#include "kernels/simd/blocks.h"
#include "kernels/simd/window_tiles.h"

namespace linnet {
namespace {  // NOLINT(google-build-namespaces)

inline constexpr int kMostDwconvS8Rows = 15;
inline constexpr int kWidestDwconvS8 = 16;

struct DwconvS8Row {
  const int8_t* in;
  size_t pixel_stride;
  size_t channel_mask;  // of the channels' offset; 0 for padding
};

struct DwconvS8Rows {
  DwconvS8Row row[kMostDwconvS8Rows];
  int8_t padding[kWidestDwconvS8];

  explicit LINNET_INLINE DwconvS8Rows(const DwconvS8Args& a) {
    for (int8_t& byte : padding) byte = a.padding;
    for (int r = 0; r < a.kernel_h; ++r) {
      row[r] = a.rows[r] != nullptr ? DwconvS8Row{a.rows[r], a.in_pixel_stride, ~size_t{0}}
                                    : DwconvS8Row{padding, 0, 0};
    }
  }
};

// Walks from pixel to pixel, or from tap to tap: an addition each, where products would need
// registers to stay in.
struct DwconvS8Walk {
  const int8_t* at;
  size_t stride;

  LINNET_INLINE const int8_t* next() {
    const int8_t* here = at;
    at += stride;
    return here;
  }
};

// A tile of outputs for one block of channels; indices are template arguments, so that the arrays
// become registers.
template <typename S, int kKernel, int kStride, int kOutputs, int kLeft, int kRight>
struct DwconvS8Tile {
  using In = typename S::In;
  using Sum = typename S::Sum;
  template <int kCount>
  using Indices = std::make_integer_sequence<int, kCount>;
  static constexpr int kColumns = (kOutputs - 1) * kStride + kKernel;
  static constexpr int kTogether = S::kTogether < kKernel ? S::kTogether : kKernel;
  static_assert(kKernel % kTogether <= 1, "at most one row is left");

  const DwconvS8Args& a;
  const DwconvS8Rows& rows;
  size_t column, channel;
  In padding;
  Sum sum[kOutputs];

  LINNET_INLINE DwconvS8Walk row(int r) const {
    const DwconvS8Row& from = rows.row[r];
    return {from.in + column * from.pixel_stride + (channel & from.channel_mask),
            from.pixel_stride};
  }
  LINNET_INLINE DwconvS8Walk taps(int r) const {
    return {a.weights + static_cast<size_t>(r * kKernel) * a.weight_row_stride + channel,
            a.weight_row_stride};
  }
  template <int kColumn>
  LINNET_INLINE In load(DwconvS8Walk* from) const {
    if constexpr (kColumn < kLeft || kColumn >= kColumns - kRight) {
      return padding;
    } else {
      return S::load(from->next());
    }
  }

  // Calls add(output, tap) for each output in whose window the column is.
  template <int kColumn, int... kOutput, typename Add>
  static LINNET_INLINE void for_each_window(const Add& add,
                                            std::integer_sequence<int, kOutput...>) {
    const auto visit = [&](auto output) __attribute__((always_inline)) {
      constexpr int kTap = kColumn - decltype(output)::value * kStride;
      if constexpr (kTap >= 0 && kTap < kKernel) add(decltype(output)::value, kTap);
    };
    (visit(std::integral_constant<int, kOutput>()), ...);
  }

  // Rows r, r + 1, ...
  template <int... kRow, int... kColumn, int... kTap>
  LINNET_INLINE void add_rows(int r, std::integer_sequence<int, kRow...>,
                              std::integer_sequence<int, kColumn...>,
                              std::integer_sequence<int, kTap...>) {
    DwconvS8Walk in[] = {row(r + kRow)...};
    DwconvS8Walk weights[] = {taps(r + kRow)...};
    const decltype(S::group((static_cast<void>(kRow), padding)...)) w[kKernel] = {
        (static_cast<void>(kTap), S::group(S::load(weights[kRow].next())...))...};
    const auto add_column = [&](auto at) __attribute__((always_inline)) {
      constexpr int kAt = decltype(at)::value;
      const auto group = S::group(load<kAt>(&in[kRow])...);
      for_each_window<kAt>(
          [&](int output, int tap)
              __attribute__((always_inline)) { S::add(&sum[output], group, w[tap]); },
          Indices<kOutputs>());
    };
    (add_column(std::integral_constant<int, kColumn>()), ...);
  }

  // One row.
  template <int... kColumn, int... kTap>
  LINNET_INLINE void add_row(int r, std::integer_sequence<int, kColumn...>,
                             std::integer_sequence<int, kTap...>) {
    DwconvS8Walk in = row(r), weights = taps(r);
    const typename S::Single w[kKernel] = {
        (static_cast<void>(kTap), S::single(S::load(weights.next())))...};
    const auto add_column = [&](auto at) __attribute__((always_inline)) {
      constexpr int kAt = decltype(at)::value;
      const In x = load<kAt>(&in);
      for_each_window<kAt>(
          [&](int output, int tap)
              __attribute__((always_inline)) { S::add_one(&sum[output], x, w[tap]); },
          Indices<kOutputs>());
    };
    (add_column(std::integral_constant<int, kColumn>()), ...);
  }

  template <int... kNext>
  static LINNET_INLINE auto group_along(const In* first, std::integer_sequence<int, kNext...>) {
    return S::group(first[kNext]...);
  }
  // One row, by groups of a tap and the next ones.
  template <int... kColumn, int... kTap, int... kGroup, int... kOutput>
  LINNET_INLINE void add_row_along(int r, std::integer_sequence<int, kColumn...>,
                                   std::integer_sequence<int, kTap...>,
                                   std::integer_sequence<int, kGroup...>,
                                   std::integer_sequence<int, kOutput...>) {
    using Next = Indices<kTogether>;
    DwconvS8Walk from = row(r), weights = taps(r);
    const In w[kKernel] = {(static_cast<void>(kTap), S::load(weights.next()))...};
    const In in[kColumns] = {load<kColumn>(&from)...};
    const auto add_window = [&](int output) __attribute__((always_inline)) {
      const In* x = in + output * kStride;
      (S::add(&sum[output], group_along(x + kTogether * kGroup, Next()),
              group_along(w + kTogether * kGroup, Next())),
       ...);
      S::add_one(&sum[output], x[kKernel - 1], S::single(w[kKernel - 1]));
    };
    (add_window(kOutput), ...);
  }

  LINNET_INLINE void add_window() {
    using Columns = Indices<kColumns>;
    using Taps = Indices<kKernel>;
    for (int r = 0; r + kTogether <= kKernel; r += kTogether) {
      add_rows(r, Indices<kTogether>(), Columns(), Taps());
    }
    if constexpr (kKernel % kTogether != 0 && S::kGroupsAlong) {
      add_row_along(kKernel - 1, Columns(), Taps(), Indices<kKernel / kTogether>(),
                    Indices<kOutputs>());
    } else if constexpr (kKernel % kTogether != 0) {
      add_row(kKernel - 1, Columns(), Taps());
    }
  }

  // Outputs from x on, channels from c on.
  static LINNET_INLINE void run(const DwconvS8Args& a, const DwconvS8Rows& rows,
                                const typename S::Requantize& requantize, int x, int c) {
    const auto channel = static_cast<size_t>(c);
    const int column = x * kStride - a.pad_left + kLeft;
    DwconvS8Tile tile = {a, rows, static_cast<size_t>(column), channel, S::set(a.padding), {}};
    const Sum bias = S::load_sum(a.bias + channel);
    for (Sum& sum : tile.sum) sum = bias;
    tile.add_window();
    const auto scale = S::load_scale(a.multiplier + channel);
    int8_t* out = a.out + static_cast<size_t>(x) * a.out_pixel_stride + channel;
    for (const Sum& sum : tile.sum) {
      S::store(out, S::requantize(sum, scale, requantize));
      out += a.out_pixel_stride;
    }
  }
};

// Loads and stores of kWidth channels, and of fewer.
template <typename S>
struct WholeBlock {
  LINNET_INLINE typename S::In load(const int8_t* p) const { return S::load(p); }
  LINNET_INLINE typename S::Sum load_sum(const int32_t* p) const { return S::load_sum(p); }
  LINNET_INLINE typename S::Scale load_scale(const float* p) const { return S::load_scale(p); }
  LINNET_INLINE void store(int8_t* p, typename S::Out v) const { S::store(p, v); }
};
template <typename S>
struct PartOfBlock {
  int n;
  LINNET_INLINE typename S::In load(const int8_t* p) const { return S::load_part(p, n); }
  LINNET_INLINE typename S::Sum load_sum(const int32_t* p) const {
    int32_t whole[S::kWidth] = {};
    for (int i = 0; i < n; ++i) whole[i] = p[i];
    return S::load_sum(whole);
  }
  LINNET_INLINE typename S::Scale load_scale(const float* p) const {
    float whole[S::kWidth] = {};
    for (int i = 0; i < n; ++i) whole[i] = p[i];
    return S::load_scale(whole);
  }
  LINNET_INLINE void store(int8_t* p, typename S::Out v) const { S::store_part(p, v, n); }
};

// The taps of one output pixel: where their inputs lie, null for padding.
struct DwconvS8Taps {
  int count;
  const int8_t* in[kMostDwconvS8Rows * kMostDwconvS8Rows];

  LINNET_INLINE DwconvS8Taps(const DwconvS8Args& a, int x) : count(0) {
    for (int r = 0; r < a.kernel_h; ++r) {
      for (int s = 0; s < a.kernel_w; ++s) {
        const int column = x * a.stride_w - a.pad_left + s * a.dilation_w;
        const bool inside = a.rows[r] != nullptr && column >= 0 && column < a.in_width;
        in[count++] =
            inside ? a.rows[r] + static_cast<size_t>(column) * a.in_pixel_stride : nullptr;
      }
    }
  }
};

// One block of channels of one output pixel of any window.
template <typename S, typename Io>
LINNET_INLINE void dwconv_s8_block(const DwconvS8Args& a, const DwconvS8Taps& taps,
                                   const typename S::Requantize& requantize, Io io, int8_t* out,
                                   int c) {
  const auto load = [&](int tap) __attribute__((always_inline)) {
    return taps.in[tap] != nullptr ? io.load(taps.in[tap] + c) : S::set(a.padding);
  };
  DwconvS8Walk weights = {a.weights + c, a.weight_row_stride};
  auto sum = io.load_sum(a.bias + c);
  int t = 0;
  for (; t + 1 < taps.count; t += 2) {
    const auto first = io.load(weights.next());
    S::add(&sum, S::group(load(t), load(t + 1)), S::group(first, io.load(weights.next())));
  }
  if (t < taps.count) S::add_one(&sum, load(t), S::single(io.load(weights.next())));
  io.store(out + c, S::requantize(sum, io.load_scale(a.multiplier + c), requantize));
}

// What is left at the ends of a row.
template <typename S>
LINNET_NOINLINE void dwconv_s8_pixel(const DwconvS8Args& args, int x) {
  const DwconvS8Args a = args;  // a copy: `out` cannot point into it
  const typename S::Requantize requantize(a.to);
  const DwconvS8Taps taps(a, x);
  int8_t* const out = a.out + static_cast<size_t>(x) * a.out_pixel_stride;
  if (a.channels < S::kWidth) {
    return dwconv_s8_block<S>(a, taps, requantize, PartOfBlock<S>{a.channels}, out, 0);
  }
  for_each_overlapping_block<S, S>(
      a.channels, [&](S, int c) __attribute__((always_inline)) {
        dwconv_s8_block<S>(a, taps, requantize, WholeBlock<S>(), out, c);
      });
}

template <typename Wide, typename Narrow, int kKernel, int kStride>
struct DwconvS8Tiles {
  const DwconvS8Args& a;     // the kernel's own copy, whose address nobody else may see
  const DwconvS8Args& args;  // the same, as given
  const DwconvS8Rows& rows;

  template <int kOutputs, int kLeft, int kRight>
  LINNET_INLINE void tile(int x) const {
    for_each_overlapping_block<Wide, Narrow>(
        a.channels, [&](auto s, int c) __attribute__((always_inline)) {
          using S = decltype(s);
          DwconvS8Tile<S, kKernel, kStride, kOutputs, kLeft, kRight>::run(
              a, rows, typename S::Requantize(a.to), x, c);
        });
  }
  LINNET_INLINE void pixel(int x) const { dwconv_s8_pixel<Narrow>(args, x); }
};

// Any window.
template <typename S>
LINNET_INLINE void dwconv_s8_any_row(const DwconvS8Args& args) {
  const int width = args.out_width;
  for (int x = 0; x < width; ++x) dwconv_s8_pixel<S>(args, x);
}

// A square window without dilation.
template <typename Wide, typename Narrow, int kKernel, int kStride>
LINNET_INLINE void dwconv_s8_row(const DwconvS8Args& args) {
  if (args.channels < Narrow::kWidth) return dwconv_s8_any_row<Narrow>(args);
  const DwconvS8Args a = args;
  const DwconvS8Rows rows(a);
  for_each_tile<kKernel, kStride>(TiledRow{a.out_width, a.in_width, a.pad_left},
                                  DwconvS8Tiles<Wide, Narrow, kKernel, kStride>{a, args, rows});
}

}  // namespace
}  // namespace linnet
