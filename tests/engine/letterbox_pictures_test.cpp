// Real pictures against the network inputs that YOLOv5 with OpenCV made of them, byte for byte.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>

#include "host/file.h"
#include "host/image.h"
#include "tests/engine/open_session.h"
#include "tests/support/models.h"

namespace linnet::test {
namespace {

std::string data_folder() {
  const char* folder = std::getenv("LINNET_TEST_DATA");
  return folder != nullptr ? folder : LINNET_TEST_DATA;
}

class ReferencePicture : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(data_folder() + "/reference/inputs")) {
      GTEST_SKIP() << "no reference pictures in " << data_folder() << "; set LINNET_TEST_DATA";
    }
    const std::string formats = host::readable_image_formats();
    if (formats.find("JPEG") == std::string::npos || formats.find("PNG") == std::string::npos) {
      GTEST_SKIP() << "this build reads " << formats << " only; install libjpeg and libpng";
    }
  }

  // [height][width][3], as floats.
  static std::vector<float> letterboxed(const std::string& name, int height, int width) {
    const VerifiedModel model(tiny_model().build());
    const OpenSession session(model, sized(height, width));
    const host::Image image = host::read_image(data_folder() + "/pictures/" + name + ".jpg");
    const linnet_image borrowed = image.view();
    EXPECT_EQ(linnet_letterbox(session.get(), &borrowed), LINNET_OK);
    const auto* input = static_cast<const float*>(session.internals().tensors[0].data);
    return {input, input + height * width * 3};
  }
};

class Pictures : public ReferencePicture, public ::testing::WithParamInterface<std::string> {};

TEST_P(Pictures, SquareInputs) {
  for (const int size : {320, 640}) {
    const std::string reference = "/reference/inputs/" + GetParam() + "-" + std::to_string(size);
    const host::Image want = host::read_image(data_folder() + reference + ".png");
    ASSERT_EQ(want.width, size);
    ASSERT_EQ(want.height, size);
    const std::vector<float> got = letterboxed(GetParam(), size, size);
    int differing = 0;
    for (size_t i = 0; i < got.size(); ++i) {
      differing += static_cast<int>(std::nearbyint(got[i] * 255)) != want.rgb[i];
    }
    EXPECT_EQ(differing, 0) << size;
  }
}

INSTANTIATE_TEST_SUITE_P(Reference, Pictures, ::testing::Values("bus", "dog", "court"),
                         [](const auto& name) { return name.param; });

// A tensor of a reference run: 160 rows, 128 columns, channels first.
TEST_F(ReferencePicture, TallInput) {
  const std::string path = data_folder() + "/reference/v5lite-s/bus-160x128-input.npy";
  constexpr int kHeight = 160, kWidth = 128;
  constexpr size_t kFloats = size_t{kHeight} * kWidth * 3;
  const std::vector<uint8_t> file = host::read_file(path);
  ASSERT_GT(file.size(), kFloats * sizeof(float));
  std::vector<float> want(kFloats);
  std::memcpy(want.data(), file.data() + file.size() - kFloats * sizeof(float),
              kFloats * sizeof(float));
  const std::vector<float> got = letterboxed("bus", kHeight, kWidth);
  for (size_t i = 0; i < kFloats; ++i) {
    const size_t channel = i / (kHeight * kWidth), pixel = i % (kHeight * kWidth);
    ASSERT_NEAR(got[pixel * 3 + channel], want[i], 1e-6) << i;
  }
}

}  // namespace
}  // namespace linnet::test
