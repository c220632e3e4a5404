#include "kernels/targets.h"

#if LINNET_TARGET_X86

#include <immintrin.h>

#include "kernels/simd/blocks.h"
#include "kernels/table_s8/table_s8.h"

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

// One of two where the highest bit of `which` says so.
LINNET_INLINE __m256i second_if(__m256i which, __m256i first, __m256i second) {
  return _mm256_blendv_epi8(first, second, which);
}

// kRows rows from `first` on, chosen by the bits of `index` from bit 4 on. bits[i]: that bit
// highest.
template <int kRows>
LINNET_INLINE __m256i look_up(const Rows& rows, int first, __m256i column, const __m256i* bits) {
  if constexpr (kRows == 1) {
    return _mm256_shuffle_epi8(rows.row[first], column);
  } else {
    constexpr int kHalf = kRows / 2;
    constexpr int kBit = kRows == 16 ? 3 : kRows == 8 ? 2 : kRows == 4 ? 1 : 0;
    return second_if(bits[kBit], look_up<kHalf>(rows, first, column, bits),
                     look_up<kHalf>(rows, first + kHalf, column, bits));
  }
}

LINNET_INLINE __m256i look_up(const Rows& rows, __m256i x) {
  const __m256i index = _mm256_xor_si256(x, _mm256_set1_epi8(-128));
  const __m256i column = _mm256_and_si256(index, _mm256_set1_epi8(15));
  const __m256i bits[] = {_mm256_slli_epi16(index, 3), _mm256_slli_epi16(index, 2),
                          _mm256_slli_epi16(index, 1), index};
  return look_up<16>(rows, 0, column, bits);
}

}  // namespace

void table_s8_avx2(int pixels, int channels, const int8_t* in, size_t in_pixel_stride,
                   const int8_t* table, int8_t* out, size_t out_pixel_stride) {
  const Rows rows(table);
  const Pixels runs(pixels, channels, in_pixel_stride, out_pixel_stride);
  for (int p = 0; p < runs.count; ++p) {
    size_t c = 0;
    for (; c + 32 <= runs.channels; c += 32) {
      const __m256i x = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(in + c));
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + c), look_up(rows, x));
    }
    for (; c < runs.channels; ++c) out[c] = table[in[c] + 128];
    in += in_pixel_stride;
    out += out_pixel_stride;
  }
}

}  // namespace linnet

#endif
