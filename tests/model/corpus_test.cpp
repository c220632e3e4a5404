// The seeds of the fuzzer's corpus are the models of tests/support, so they stay valid when the
// format changes. LINNET_UPDATE_CORPUS=1 writes them anew.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "tests/support/models.h"

namespace linnet::test {
namespace {

void expect_seed(const char* name, const std::vector<uint8_t>& expected) {
  const std::string path = std::string(LINNET_SOURCE_DIR "/tests/fuzz/corpus/model/") + name;
  if (std::getenv("LINNET_UPDATE_CORPUS") != nullptr) {
    std::ofstream out(path, std::ios::binary);
    out.write(reinterpret_cast<const char*>(expected.data()),
              static_cast<std::streamsize>(expected.size()));
  }
  std::ifstream in(path, std::ios::binary);
  const std::vector<uint8_t> found{std::istreambuf_iterator<char>(in), {}};
  EXPECT_TRUE(found == expected)
      << path << " is not what the tests' writer makes; run this test with LINNET_UPDATE_CORPUS=1";
}

TEST(FuzzCorpus, SeedsAreUpToDate) {
  expect_seed("tiny", tiny_model().build());
  expect_seed("every_op", every_op_model().build());
  expect_seed("int8", int8_model().build());
}

}  // namespace
}  // namespace linnet::test
