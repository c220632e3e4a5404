#include "kernels/targets.h"

#if LINNET_TARGET_X86

#include <immintrin.h>

#include "kernels/table_s8/vector.h"

namespace linnet {
namespace {

// 256 entries as 16 rows of 16, each twice: a shuffle looks up in both halves of a vector.
struct Rows {
  __m256i row[16];

  explicit LINNET_INLINE Rows(const int8_t* table) {
    for (int i = 0; i < 16; ++i) {
      row[i] = _mm256_broadcastsi128_si256(
          _mm_loadu_si128(reinterpret_cast<const __m128i*>(table + 16 * i)));
    }
  }
};

// Of 2^kBits rows from `first` on, the one that the lowest kBits of the row's number choose. bits:
// each of them, highest in its byte.
template <int kBits>
LINNET_INLINE __m256i look_up(const Rows& rows, int first, __m256i column, const __m256i* bits) {
  if constexpr (kBits == 0) {
    return _mm256_shuffle_epi8(rows.row[first], column);
  } else {
    constexpr int kRest = kBits - 1;
    return _mm256_blendv_epi8(look_up<kRest>(rows, first, column, bits),
                              look_up<kRest>(rows, first + (1 << kRest), column, bits),
                              bits[kRest]);
  }
}

LINNET_INLINE __m256i look_up(const Rows& rows, __m256i x) {
  const __m256i index = _mm256_xor_si256(x, _mm256_set1_epi8(-128));
  const __m256i column = _mm256_and_si256(index, _mm256_set1_epi8(15));
  const __m256i bits[] = {_mm256_slli_epi16(index, 3), _mm256_slli_epi16(index, 2),
                          _mm256_slli_epi16(index, 1), index};
  return look_up<4>(rows, 0, column, bits);
}

}  // namespace

void table_s8_avx2(int pixels, int channels, const int8_t* in, size_t in_pixel_stride,
                   const int8_t* table, int8_t* out, size_t out_pixel_stride) {
  const Rows rows(table);
  const auto look_up_32 = [&](const int8_t* from, int8_t* to) __attribute__((always_inline)) {
    const __m256i x = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), look_up(rows, x));
  };
  table_s8_vectors<32>(pixels, channels, in, in_pixel_stride, table, out, out_pixel_stride,
                       look_up_32);
}

}  // namespace linnet

#endif
