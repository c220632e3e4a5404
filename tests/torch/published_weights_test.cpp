// Real checkpoints against reference outputs.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>

#include "converter/frontend/frontend.h"
#include "converter/passes/passes.h"
#include "host/file.h"
#include "host/image.h"
#include "host/npy.h"
#include "tests/support/ir/ir_eval.h"

namespace linnet::converter {
namespace {

std::string data_folder() {
  const char* folder = std::getenv("LINNET_TEST_DATA");
  return folder != nullptr ? folder : LINNET_TEST_DATA;
}

Graph import_file(const std::string& name) {
  const std::vector<uint8_t> file = host::read_file(data_folder() + "/models/" + name);
  return import_torch(file, {});
}

test::FeatureMap input_from_npy(const std::string& path) {
  host::NpyArray array = host::read_npy(path);
  EXPECT_EQ(array.shape.size(), 4u);
  return {{int(array.shape[1]), int(array.shape[2]), int(array.shape[3])}, std::move(array.data)};
}

// [1, anchors, H, W, values] as the graph's channels: anchors x values, H, W.
std::vector<float> reference_head(const std::string& path) {
  const host::NpyArray array = host::read_npy(path);
  const size_t pixels = array.shape[2] * array.shape[3];
  const size_t depth = array.shape[4];
  std::vector<float> head(array.data.size());
  for (size_t a = 0; a < array.shape[1]; ++a) {
    for (size_t p = 0; p < pixels; ++p) {
      for (size_t v = 0; v < depth; ++v) {
        head[(a * depth + v) * pixels + p] = array.data[(a * pixels + p) * depth + v];
      }
    }
  }
  return head;
}

struct Difference {
  double worst = 0, largest = 0;
};

Difference compare(const Graph& graph, const test::FeatureMap& input, const std::string& prefix) {
  const std::vector<test::FeatureMap> heads = test::evaluate(graph, input);
  EXPECT_EQ(heads.size(), 3u);
  Difference difference;
  for (size_t h = 0; h < heads.size(); ++h) {
    const std::vector<float> expected =
        reference_head(prefix + "-head" + std::to_string(h) + ".npy");
    EXPECT_EQ(heads[h].data.size(), expected.size());
    for (size_t i = 0; i < std::min(expected.size(), heads[h].data.size()); ++i) {
      const double error = std::abs(double(heads[h].data[i]) - double(expected[i]));
      difference.worst = std::max(difference.worst, error);
      difference.largest = std::max(difference.largest, std::abs(double(expected[i])));
    }
  }
  return difference;
}

class PublishedWeights : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(data_folder() + "/models/yolov5-lite.pt")) {
      GTEST_SKIP() << "no weights in " << data_folder() << "; set LINNET_TEST_DATA";
    }
  }
  static std::string reference(const std::string& name) {
    return data_folder() + "/reference/" + name;
  }
};

TEST_F(PublishedWeights, YoloV5LiteMetadata) {
  const Graph graph = import_file("yolov5-lite.pt");
  EXPECT_EQ(graph.source, "torch");
  EXPECT_EQ(graph.class_count, 80);
  ASSERT_EQ(graph.class_names.size(), 80u);
  EXPECT_EQ(graph.class_names[0], "person");
  EXPECT_EQ(graph.class_names[79], "toothbrush");
  EXPECT_EQ(graph.names_origin, Origin::file);
  EXPECT_EQ(graph.anchors_origin, Origin::file);
  EXPECT_EQ(graph.native_height, 320);
  ASSERT_EQ(graph.heads.size(), 3u);
  const float expected[3][6] = {
      {10, 11, 15, 31, 38, 24}, {31, 62, 69, 56, 68, 131}, {165, 103, 159, 261, 395, 320}};
  for (size_t h = 0; h < 3; ++h) {
    EXPECT_EQ(graph.heads[h].stride, 8 << h);
    ASSERT_EQ(graph.heads[h].anchors.size(), 3u);
    for (size_t a = 0; a < 3; ++a) {
      EXPECT_EQ(graph.heads[h].anchors[a].width, expected[h][2 * a]);
      EXPECT_EQ(graph.heads[h].anchors[a].height, expected[h][2 * a + 1]);
    }
  }
}

TEST_F(PublishedWeights, YoloV5LiteTensor) {
  const std::string prefix = reference("yolov5-lite/bus-160x128");
  const Graph graph = import_file("yolov5-lite.pt");
  const Difference difference = compare(graph, input_from_npy(prefix + "-input.npy"), prefix);
  std::printf("worst error %g of %g\n", difference.worst, difference.largest);
  EXPECT_LT(difference.worst, 1e-3);
}

TEST_F(PublishedWeights, YoloV5LitePictures) {
  if (host::readable_image_formats().find("PNG") == std::string::npos) {
    GTEST_SKIP() << "built without libpng";
  }
  const Graph graph = import_file("yolov5-lite.pt");
  for (const char* name : {"bus-320", "court-320"}) {
    const host::Image image = host::read_image(reference(std::string("inputs/") + name + ".png"));
    test::FeatureMap input{{3, image.height, image.width}, {}};
    for (size_t c = 0; c < 3; ++c) {
      for (size_t p = 0; p < image.rgb.size() / 3; ++p) {
        input.data.push_back(float(image.rgb[3 * p + c]) / 255.0f);
      }
    }
    const Difference difference =
        compare(graph, input, reference(std::string("yolov5-lite/") + name));
    std::printf("%s: worst error %g of %g\n", name, difference.worst, difference.largest);
    EXPECT_LT(difference.worst, 1e-3);
  }
}

TEST_F(PublishedWeights, YoloV5LiteIsItsOnnxExport) {
  const test::FeatureMap input =
      input_from_npy(reference("yolov5-lite/bus-160x128") + "-input.npy");
  const std::vector<uint8_t> file =
      host::read_file(data_folder() + "/onnx/yolov5-lite-320-bn.onnx");
  const auto exported = test::evaluate(import_onnx(file, {}), input);
  const auto checkpoint = test::evaluate(import_file("yolov5-lite.pt"), input);
  ASSERT_EQ(exported.size(), checkpoint.size());
  for (size_t h = 0; h < exported.size(); ++h) {
    ASSERT_EQ(exported[h].shape, checkpoint[h].shape);
    for (size_t i = 0; i < exported[h].data.size(); ++i) {
      ASSERT_NEAR(exported[h].data[i], checkpoint[h].data[i], 1e-4) << h << " " << i;
    }
  }
}

class Family : public PublishedWeights, public testing::WithParamInterface<const char*> {};

TEST_P(Family, MatchesReference) {
  const std::string name = std::string("random-v5lite-") + GetParam();
  Graph graph = import_file(name + ".pt");
  const std::string prefix = reference(name + "/bus-160x128");
  const test::FeatureMap input = input_from_npy(prefix + "-input.npy");
  const Difference imported = compare(graph, input, prefix);
  std::printf("%s: worst error %g of %g\n", name.c_str(), imported.worst, imported.largest);
  EXPECT_LT(imported.worst, 1e-4 * imported.largest);
}

INSTANTIATE_TEST_SUITE_P(Torch, Family, testing::Values("e", "c", "g"));

}  // namespace
}  // namespace linnet::converter
