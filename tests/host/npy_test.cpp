#include "host/npy.h"

#include <gtest/gtest.h>

#include <fstream>

#include "host/file.h"
#include "tests/support/temporary_folder.h"

namespace linnet::host {
namespace {

class Npy : public testing::Test {
 protected:
  void write_text(const std::string& text) {
    std::ofstream(path_, std::ios::binary)
        .write(text.data(), static_cast<std::streamsize>(text.size()));
  }
  static std::string file(const std::string& header, size_t data_bytes) {
    std::string out = "\x93NUMPY";
    out += {'\1', '\0', static_cast<char>(header.size()), '\0'};
    return out + header + std::string(data_bytes, '\0');
  }

  const test::TemporaryFolder folder_;
  const std::string path_ = folder_ / "array.npy";
};

TEST_F(Npy, RoundTrip) {
  const std::vector<float> data = {1, -2.5f, 3e30f, 0, 5, 6};
  for (const std::vector<size_t>& shape :
       {std::vector<size_t>{6}, {2, 3}, {1, 3, 1, 2}, {1, 1, 1, 1, 6}}) {
    write_npy(path_, shape, data.data());
    const NpyArray back = read_npy(path_);
    EXPECT_EQ(back.shape, shape);
    EXPECT_EQ(back.data, data);
    EXPECT_EQ((read_file(path_).size() - 6 * sizeof(float)) % 64, 0u);
  }
}

TEST_F(Npy, ScalarAndEmpty) {
  const float value = 7;
  write_npy(path_, {}, &value);
  EXPECT_EQ(read_npy(path_).data, std::vector<float>{7});
  write_npy(path_, {0, 3}, &value);
  EXPECT_TRUE(read_npy(path_).data.empty());
}

TEST_F(Npy, Errors) {
  const std::string good = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }";
  write_text(file(good, 24));
  EXPECT_EQ(read_npy(path_).shape, (std::vector<size_t>{2, 3}));
  for (size_t size = 0; size < file(good, 24).size(); ++size) {
    write_text(file(good, 24).substr(0, size));
    EXPECT_THROW((void)read_npy(path_), std::runtime_error) << size;
  }
  const auto replaced = [&good](const std::string& from, const std::string& to) {
    std::string text = good;
    return text.replace(text.find(from), from.size(), to);
  };
  for (const std::string& header :
       {replaced("<f4", "<f8"), replaced("<f4", ">f4"), replaced("False", "True"),
        replaced("(2, 3)", "(2, x)"), replaced("(2, 3)", "(-2, -3)"), replaced("(2, 3)", "(7, 3)"),
        replaced("(2, 3)", "(4294967296, 4294967296)"),
        replaced("(2, 3)", "(99999999999999999999999, 1)"), replaced("shape", "shaqe"),
        std::string("{}"), std::string()}) {
    write_text(file(header, 24));
    EXPECT_THROW((void)read_npy(path_), std::runtime_error) << header;
  }
}

}  // namespace
}  // namespace linnet::host
