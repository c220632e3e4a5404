// dwconv_s8 on vectors of channels. S: what an instruction set does with kWidth channels:
//
//   In, Sum, Scale         a pixel's bytes, 32-bit sums, multipliers
//   Pair, pair(a, b)       two pixels; pair_weights(a, b): their weights
//   Single, single(w)      a weight on its own
//   add(&sum, pair, pair)  adds two products
//   add_one(&sum, in, single)
//   kPairsAlong            whether pairs cost nothing, so that each window may have its own
//
// Products are added in pairs, before their sum is widened. Rows are taken two by two: a pair is a
// tap and the tap below it, which all windows share. Rows of padding are read from a few bytes of
// padding again and again.
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
  static constexpr int kColumns = (kOutputs - 1) * kStride + kKernel;
  using Columns = std::make_integer_sequence<int, kColumns>;
  using Taps = std::make_integer_sequence<int, kKernel>;
  using Pairs = std::make_integer_sequence<int, kKernel / 2>;
  using Outputs = std::make_integer_sequence<int, kOutputs>;

  In padding;
  Sum sum[kOutputs];

  template <int kColumn>
  LINNET_INLINE In load(DwconvS8Walk* row) const {
    if constexpr (kColumn < kLeft || kColumn >= kColumns - kRight) {
      return padding;
    } else {
      return S::load(row->next());
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

  template <int... kColumn, int... kTap>
  LINNET_INLINE void add_two_rows(DwconvS8Walk upper, DwconvS8Walk lower, DwconvS8Walk w_upper,
                                  DwconvS8Walk w_lower, std::integer_sequence<int, kColumn...>,
                                  std::integer_sequence<int, kTap...>) {
    const typename S::Pair w[kKernel] = {
        (static_cast<void>(kTap),
         S::pair_weights(S::load(w_upper.next()), S::load(w_lower.next())))...};
    const auto add_column = [&](auto column) __attribute__((always_inline)) {
      constexpr int kAt = decltype(column)::value;
      const auto in = S::pair(load<kAt>(&upper), load<kAt>(&lower));
      for_each_window<kAt>(
          [&](int output, int tap)
              __attribute__((always_inline)) { S::add(&sum[output], in, w[tap]); },
          Outputs());
    };
    (add_column(std::integral_constant<int, kColumn>()), ...);
  }

  // The last row, which has no row below it.
  template <int... kColumn, int... kTap>
  LINNET_INLINE void add_row(DwconvS8Walk row, DwconvS8Walk weights,
                             std::integer_sequence<int, kColumn...>,
                             std::integer_sequence<int, kTap...>) {
    const typename S::Single w[kKernel] = {
        (static_cast<void>(kTap), S::single(S::load(weights.next())))...};
    const auto add_column = [&](auto column) __attribute__((always_inline)) {
      constexpr int kAt = decltype(column)::value;
      const In in = load<kAt>(&row);
      for_each_window<kAt>(
          [&](int output, int tap)
              __attribute__((always_inline)) { S::add_one(&sum[output], in, w[tap]); },
          Outputs());
    };
    (add_column(std::integral_constant<int, kColumn>()), ...);
  }

  // The same, by pairs of a tap and the next.
  template <int... kColumn, int... kTap, int... kPair, int... kOutput>
  LINNET_INLINE void add_row_by_pairs(DwconvS8Walk row, DwconvS8Walk weights,
                                      std::integer_sequence<int, kColumn...>,
                                      std::integer_sequence<int, kTap...>,
                                      std::integer_sequence<int, kPair...>,
                                      std::integer_sequence<int, kOutput...>) {
    const In w[kKernel] = {(static_cast<void>(kTap), S::load(weights.next()))...};
    const In in[kColumns] = {load<kColumn>(&row)...};
    const auto add_window = [&](auto output) __attribute__((always_inline)) {
      constexpr int kAt = decltype(output)::value;
      constexpr int kFirst = kAt * kStride;
      (S::add(&sum[kAt], S::pair(in[kFirst + 2 * kPair], in[kFirst + 2 * kPair + 1]),
              S::pair_weights(w[2 * kPair], w[2 * kPair + 1])),
       ...);
      if constexpr (kKernel % 2 != 0) {
        S::add_one(&sum[kAt], in[kFirst + kKernel - 1], S::single(w[kKernel - 1]));
      }
    };
    (add_window(std::integral_constant<int, kOutput>()), ...);
  }

  // Outputs from x on, channels from c on.
  static LINNET_INLINE void run(const DwconvS8Args& a, const DwconvS8Rows& rows,
                                const typename S::Requantize& requantize, int x, int c) {
    const auto first = static_cast<size_t>(x * kStride - a.pad_left + kLeft);
    const auto channel = static_cast<size_t>(c);
    const auto row = [&](int r) __attribute__((always_inline)) {
      const DwconvS8Row& from = rows.row[r];
      return DwconvS8Walk{from.in + first * from.pixel_stride + (channel & from.channel_mask),
                          from.pixel_stride};
    };
    const auto taps = [&](int r) __attribute__((always_inline)) {
      return DwconvS8Walk{
          a.weights + static_cast<size_t>(r * kKernel) * a.weight_row_stride + channel,
          a.weight_row_stride};
    };
    DwconvS8Tile tile;
    tile.padding = S::set(a.padding);
    const Sum bias = S::load_sum(a.bias + channel);
    for (Sum& sum : tile.sum) sum = bias;
    for (int r = 0; r + 1 < kKernel; r += 2) {
      tile.add_two_rows(row(r), row(r + 1), taps(r), taps(r + 1), Columns(), Taps());
    }
    if constexpr (kKernel % 2 != 0 && S::kPairsAlong) {
      tile.add_row_by_pairs(row(kKernel - 1), taps(kKernel - 1), Columns(), Taps(), Pairs(),
                            Outputs());
    } else if constexpr (kKernel % 2 != 0) {
      tile.add_row(row(kKernel - 1), taps(kKernel - 1), Columns(), Taps());
    }
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
    S::add(&sum, S::pair(load(t), load(t + 1)), S::pair_weights(first, io.load(weights.next())));
  }
  if (t < taps.count) S::add_one(&sum, load(t), S::single(io.load(weights.next())));
  io.store(out + c, S::requantize(sum, io.load_scale(a.multiplier + c), requantize));
}

template <typename S>
LINNET_INLINE void dwconv_s8_pixel(const DwconvS8Args& a, const typename S::Requantize& requantize,
                                   int x) {
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
  const DwconvS8Args& a;
  const DwconvS8Rows& rows;
  typename Narrow::Requantize requantize;

  template <int kOutputs, int kLeft, int kRight>
  LINNET_INLINE void tile(int x) const {
    for_each_overlapping_block<Wide, Narrow>(
        a.channels, [&](auto s, int c) __attribute__((always_inline)) {
          using S = decltype(s);
          DwconvS8Tile<S, kKernel, kStride, kOutputs, kLeft, kRight>::run(
              a, rows, typename S::Requantize(a.to), x, c);
        });
  }
  LINNET_INLINE void pixel(int x) const { dwconv_s8_pixel<Narrow>(a, requantize, x); }
};

// Any window.
template <typename S>
LINNET_INLINE void dwconv_s8_any_row(const DwconvS8Args& args) {
  const DwconvS8Args a = args;  // a copy: `out` cannot point into it
  const typename S::Requantize requantize(a.to);
  for (int x = 0; x < a.out_width; ++x) dwconv_s8_pixel<S>(a, requantize, x);
}

// A square window without dilation.
template <typename Wide, typename Narrow, int kKernel, int kStride>
LINNET_INLINE void dwconv_s8_row(const DwconvS8Args& args) {
  if (args.channels < Narrow::kWidth) return dwconv_s8_any_row<Narrow>(args);
  const DwconvS8Args a = args;
  const DwconvS8Rows rows(a);
  for_each_tile<kKernel, kStride>(
      TiledRow{a.out_width, a.in_width, a.pad_left},
      DwconvS8Tiles<Wide, Narrow, kKernel, kStride>{a, rows, typename Narrow::Requantize(a.to)});
}

}  // namespace
}  // namespace linnet
