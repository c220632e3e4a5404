// The bytes of the example in docs/format.md are those of tiny_model().
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>

#include "tests/support/models.h"

namespace linnet::test {
namespace {

// Bytes of one line of the dump: "0080  74 69 6e 79 00   …" or "00b2  00 x 14   …".
std::vector<uint8_t> parse_line(const std::string& line) {
  std::istringstream in(line.substr(6, 24));
  std::vector<uint8_t> bytes;
  std::string word;
  while (in >> word) {
    if (word == "x") {
      size_t count = 0;
      in >> count;
      bytes.assign(count, 0);
    } else {
      bytes.push_back(static_cast<uint8_t>(std::stoul(word, nullptr, 16)));
    }
  }
  return bytes;
}

TEST(FormatDoc, ExampleIsTheTinyModel) {
  std::ifstream doc(LINNET_SOURCE_DIR "/docs/format.md");
  ASSERT_TRUE(doc) << "docs/format.md is missing";
  std::string line;
  while (std::getline(doc, line) && line != "## Example") continue;
  while (std::getline(doc, line) && line != "```") continue;
  std::vector<uint8_t> bytes;
  while (std::getline(doc, line) && line != "```") {
    if (line.empty() || line[0] == ';') continue;
    ASSERT_EQ(std::stoul(line.substr(0, 4), nullptr, 16), bytes.size()) << line;
    const std::vector<uint8_t> part = parse_line(line);
    bytes.insert(bytes.end(), part.begin(), part.end());
  }
  const std::vector<uint8_t> expected = tiny_model().build();
  ASSERT_EQ(bytes.size(), expected.size());
  for (size_t i = 0; i < bytes.size(); ++i) EXPECT_EQ(bytes[i], expected[i]) << "byte " << i;
}

}  // namespace
}  // namespace linnet::test
