// int8 with real weights: the same bits on every instruction set and for every number of threads.
#include <gtest/gtest.h>

#include "host/image.h"
#include "host/picture_list.h"
#include "tests/device/heads.h"
#include "tests/end_to_end/converted.h"

namespace linnet::test {
namespace {

struct Network {
  const char* name;
  const char* source;
};
constexpr Network kNetworks[] = {{"v5lite-s", "v5lite-s.param"},
                                 {"v5lite-e-c3", "v5lite-e-c3.param"},
                                 {"yolov5-lite", "yolov5-lite.pt"}};
constexpr int kCalibrationPictures = 16;  // bits are tested here, not accuracy

std::vector<uint8_t> quantized(const std::string& source) {
  converter::ConvertOptions options;
  options.int8.emplace();
  options.int8->pictures = host::list_pictures({test_data() + "/coco/calib"});
  options.int8->pictures.resize(kCalibrationPictures);
  return converted(test_data() + "/models/" + source, options);
}

// Builds for other architectures may read no PNG, so the pictures are kept as PPM.
std::vector<host::Image> reference_inputs() {
  std::vector<host::Image> pictures;
  for (const auto& path : host::list_pictures({test_data() + "/reference/inputs"})) {
    pictures.push_back(host::read_image(path));
    if (device_folder().empty()) continue;
    host::write_image(device_folder() + "/" + host::file_stem(path) + ".ppm", pictures.back());
  }
  return pictures;
}

class Int8 : public ::testing::TestWithParam<Network> {};

TEST_P(Int8, SameBitsEverywhere) {
  if (test_data().empty()) GTEST_SKIP() << "no test data (LINNET_TEST_DATA)";
  if (host::readable_image_formats().find("JPEG") == std::string::npos) {
    GTEST_SKIP() << "this build reads no JPEG to calibrate with";
  }
  const std::vector<uint8_t> bytes = quantized(GetParam().source);
  const host::AlignedFile file(bytes);
  linnet_model model;
  ASSERT_EQ(linnet_model_verify(file.data(), file.size(), &model), LINNET_OK);
  const std::vector<host::Image> pictures = reference_inputs();
  ASSERT_FALSE(pictures.empty());
  const uint32_t crc = heads_crc(model, 0, 1, pictures);
  expect_same_bits_everywhere(model, pictures, crc);
  const std::string text = std::to_string(crc) + "\n";
  keep_for_devices(GetParam().name + std::string(".int8.lnt"), bytes);
  keep_for_devices(GetParam().name + std::string(".int8.crc"), {text.begin(), text.end()});
}

INSTANTIATE_TEST_SUITE_P(Networks, Int8, ::testing::ValuesIn(kNetworks),
                         [](const auto& network) { return std::to_string(network.index); });

}  // namespace
}  // namespace linnet::test
