// Tables of variants and the choice among them, for every feature mask.
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "kernels/activation_f32/activation_f32.h"
#include "kernels/channel_shuffle/channel_shuffle.h"
#include "kernels/copy/copy.h"
#include "kernels/cpu_features.h"
#include "kernels/dwconv_f32/dwconv_f32.h"
#include "kernels/dwconv_s8/dwconv_s8.h"
#include "kernels/eltwise_f32/eltwise_f32.h"
#include "kernels/eltwise_s8/eltwise_s8.h"
#include "kernels/igemm_f32/igemm_f32.h"
#include "kernels/igemm_s8/igemm_s8.h"
#include "kernels/pool_f32/pool_f32.h"
#include "kernels/pool_s8/pool_s8.h"
#include "kernels/quantize/quantize.h"
#include "kernels/space_to_depth/space_to_depth.h"
#include "kernels/table_s8/table_s8.h"
#include "kernels/upsample/upsample.h"

namespace linnet::test {
namespace {

constexpr uint32_t kAllFeatures = 0xFF;

// Names are unique, the last row runs everywhere.
template <typename Variant>
void check_table(const Variant* (*table)(int*)) {
  int count = 0;
  const Variant* variants = table(&count);
  ASSERT_GE(count, 1);
  std::set<std::string> names;
  for (int i = 0; i < count; ++i) {
    EXPECT_TRUE(names.insert(variants[i].name).second) << variants[i].name;
    EXPECT_EQ(variants[i].features & ~kAllFeatures, 0u) << variants[i].name;
  }
  EXPECT_EQ(variants[count - 1].features, cpu::kNone) << variants[count - 1].name;
}

// The selected row is the first whose features are all available.
template <typename Variant>
void check_family(const Variant* (*table)(int*), const Variant& (*select)(uint32_t)) {
  check_table(table);
  int count = 0;
  const Variant* variants = table(&count);
  for (uint32_t mask = 0; mask <= kAllFeatures; ++mask) {
    int first = 0;
    while ((variants[first].features | mask) != mask) ++first;
    EXPECT_EQ(&select(mask), variants + first) << "mask " << mask;
  }
}

TEST(Selectors, TakeTheFirstVariantThatRuns) {
  check_family(igemm_f32_variants, igemm_f32_select);
  check_family(igemm_s8_variants, igemm_s8_select);
  check_family(pool_f32_variants, pool_f32_select);
  check_family(eltwise_f32_variants, eltwise_f32_select);
  check_family(activation_f32_variants, activation_f32_select);
  check_family(pool_s8_variants, pool_s8_select);
  check_family(eltwise_s8_variants, eltwise_s8_select);
  check_family(table_s8_variants, table_s8_select);
  check_family(quantize_variants, quantize_select);
  check_family(copy_variants, copy_select);
  check_family(channel_shuffle_variants, channel_shuffle_select);
  check_family(upsample_variants, upsample_select);
  check_family(space_to_depth_variants, space_to_depth_select);
}

template <typename Variant>
void check_tiles(const Variant* (*table)(int*)) {
  int count = 0;
  const Variant* variants = table(&count);
  for (int i = 0; i < count; ++i) EXPECT_GE(variants[i].mr, 1) << variants[i].name;
}

TEST(Selectors, IgemmTilesHaveAtLeastOnePixel) {
  check_tiles(igemm_f32_variants);
  check_tiles(igemm_s8_variants);
}

// Every window, stride and dilation gets a variant that runs and takes them.
template <typename Variant>
void check_windows(const Variant& (*select)(uint32_t, int, int, int, int)) {
  for (uint32_t mask = 0; mask <= kAllFeatures; ++mask) {
    for (int kernel_h = 1; kernel_h <= 7; ++kernel_h) {
      for (int kernel_w = 1; kernel_w <= 7; ++kernel_w) {
        for (int stride = 1; stride <= 3; ++stride) {
          for (int dilation = 1; dilation <= 2; ++dilation) {
            const Variant& v = select(mask, kernel_h, kernel_w, stride, dilation);
            EXPECT_EQ(v.features & ~mask, 0u) << v.name;
            const bool fits =
                v.kernel == kernel_h && v.kernel == kernel_w && v.stride == stride && dilation == 1;
            EXPECT_TRUE(v.kernel == 0 || fits) << v.name;
          }
        }
      }
    }
  }
}

TEST(Selectors, DwconvTakesTheWindowAsked) {
  check_table(dwconv_f32_variants);
  check_windows(dwconv_f32_select);
  check_table(dwconv_s8_variants);
  check_windows(dwconv_s8_select);
}

TEST(CpuFeatures, AreThoseOfThisArchitecture) {
  const uint32_t features = cpu_features_available();
#if defined(__aarch64__)
  EXPECT_NE(features & cpu::kNeon, 0u);  // part of the architecture
#endif
#if defined(__aarch64__) || defined(__arm__)
  constexpr uint32_t kOwn = cpu::kNeon | cpu::kDotprod | cpu::kI8mm | cpu::kFp16;
#else
  constexpr uint32_t kOwn = cpu::kAvx2Fma | cpu::kAvx512 | cpu::kAvx512Vnni | cpu::kAvxVnni;
#endif
  EXPECT_EQ(features & ~kOwn, 0u);
  EXPECT_EQ(features, cpu_features_available());
#if defined(__x86_64__) && defined(__GNUC__)
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  EXPECT_EQ((features & cpu::kAvx2Fma) != 0, avx2);
  EXPECT_EQ((features & cpu::kAvx512Vnni) != 0, __builtin_cpu_supports("avx512vnni") != 0);
#endif
}

}  // namespace
}  // namespace linnet::test
