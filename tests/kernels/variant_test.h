// Every row of a family's variants.inc becomes an instance of the family's tests.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "kernels/cpu_features.h"

namespace linnet::test {

template <typename Variant>
std::vector<Variant> rows(const Variant* (*table)(int*)) {
  int count = 0;
  const Variant* first = table(&count);
  return std::vector<Variant>(first, first + count);
}

template <typename Variant>
class VariantTest : public testing::TestWithParam<Variant> {
 protected:
  void SetUp() override {
    const uint32_t missing = this->GetParam().features & ~cpu_features_available();
    if (missing != 0) {
      GTEST_SKIP() << this->GetParam().name << " needs CPU features that this CPU lacks (mask 0x"
                   << std::hex << missing << ")";
    }
  }
};

struct VariantName {
  template <typename Variant>
  std::string operator()(const testing::TestParamInfo<Variant>& info) const {
    return info.param.name;
  }
};

#define LINNET_TEST_VARIANTS(fixture, table) \
  INSTANTIATE_TEST_SUITE_P(Variants, fixture, testing::ValuesIn(rows(table)), VariantName())

}  // namespace linnet::test
