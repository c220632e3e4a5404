#include "converter/inspect/trim_options.h"

#include <gtest/gtest.h>

#include "converter/error.h"
#include "tests/support/models.h"

namespace linnet::converter {
namespace {

using test::AlignedBytes;

std::string options_of(const std::vector<uint8_t>& bytes) {
  const AlignedBytes file(bytes);
  return trim_options(file.data(), file.size());
}

TEST(TrimOptions, AreWhatTheNodesNeed) {
  EXPECT_EQ(options_of(test::tiny_model().build()),
            "-DLINNET_TYPES=f32 -DLINNET_OPS=conv2d,max_pool\n");
}

TEST(TrimOptions, ABadFileIsRefused) {
  std::vector<uint8_t> bytes = test::tiny_model().build();
  bytes[100] ^= 1;
  EXPECT_THROW(options_of(bytes), ConvertError);
}

}  // namespace
}  // namespace linnet::converter
