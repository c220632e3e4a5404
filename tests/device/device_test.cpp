// Models that another machine converted, on this one: floats against the references, int8 bit for
// bit. It links no converter, so that it is quickly built for a board and small to copy there.
//
// LINNET_DEVICE_FILES=DIR says where the files are (tests/end_to_end/converted.h makes them).
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "host/arena_session.h"
#include "host/file.h"
#include "host/picture_list.h"
#include "tests/device/heads.h"

namespace linnet::test {
namespace {

class Device : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    const char* folder = std::getenv("LINNET_DEVICE_FILES");
    if (folder == nullptr) GTEST_SKIP() << "no files from another machine (LINNET_DEVICE_FILES)";
    folder_ = folder;
  }
  std::string path(const std::string& extension) const {
    return folder_ + "/" + GetParam() + extension;
  }
  std::string folder_;
};

using DeviceF32 = Device;
using DeviceS8 = Device;

TEST_P(DeviceF32, HeadsAgreeWithTheReference) {
  if (test_data().empty()) GTEST_SKIP() << "no test data (LINNET_TEST_DATA)";
  const std::string prefix = test_data() + "/reference/" + GetParam() + "/bus-160x128";
  Runner runner(host::read_file(path(".lnt")), 160, 128);
  runner.run(read_reference_input(prefix + "-input.npy"));
  const Distance distance = compare_heads(runner, prefix);
  std::printf("%s: worst %.2e, relative %.2e\n", GetParam(), distance.worst,
              distance.worst / distance.largest);
  const bool random = std::string(GetParam()).rfind("random", 0) == 0;
  EXPECT_LT(distance.worst, random ? 1e-4 * distance.largest : 1e-3);
}

TEST_P(DeviceS8, BitsAreThoseOfTheOtherMachine) {
  const host::AlignedFile file(host::read_file(path(".int8.lnt")));
  linnet_model model;
  ASSERT_EQ(linnet_model_verify(file.data(), file.size(), &model), LINNET_OK);
  std::vector<host::Image> pictures;
  for (const std::string& picture : host::list_pictures({folder_})) {
    pictures.push_back(host::read_image(picture));
  }
  ASSERT_FALSE(pictures.empty());
  uint32_t expected = 0;
  std::ifstream(path(".int8.crc")) >> expected;
  expect_same_bits_everywhere(model, pictures, expected);
}

const auto kName = [](const auto& info) {
  std::string name = info.param;
  for (char& c : name) c = c == '-' ? '_' : c;
  return name;
};
INSTANTIATE_TEST_SUITE_P(Networks, DeviceF32,
                         ::testing::Values("v5lite-s", "yolov5-lite", "random-v5lite-e",
                                           "random-v5lite-c", "random-v5lite-g"),
                         kName);
INSTANTIATE_TEST_SUITE_P(Networks, DeviceS8,
                         ::testing::Values("v5lite-s", "v5lite-e-c3", "yolov5-lite"), kName);

}  // namespace
}  // namespace linnet::test
