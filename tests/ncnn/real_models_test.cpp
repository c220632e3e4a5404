// Published weights against reference heads, by the plain evaluator. Needs LINNET_TEST_DATA.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>

#include "converter/frontend/frontend.h"
#include "host/codecs/codecs.h"
#include "host/file.h"
#include "host/image.h"
#include "host/npy.h"
#include "tests/support/ir/ir_eval.h"

namespace linnet::test {
namespace {

using converter::Graph;
namespace fs = std::filesystem;

class NcnnRealModels : public testing::Test {
 protected:
  void SetUp() override {
    const char* const from_environment = std::getenv("LINNET_TEST_DATA");
    data_ = from_environment != nullptr ? from_environment : LINNET_TEST_DATA;
    if (!fs::exists(data_ / "models")) {
      GTEST_SKIP() << "no " << data_ / "models"
                   << " (LINNET_TEST_DATA)";
    }
  }

  Graph import(const std::string& name) const {
    const std::string stem = (data_ / "models" / name).string();
    return converter::import_ncnn(host::read_file(stem + ".param"), host::read_file(stem + ".bin"),
                                  {});
  }

  FeatureMap tensor(const std::string& name) const {
    const host::NpyArray array = host::read_npy((data_ / "reference" / name).string());
    FeatureMap map;
    map.shape = {3, static_cast<int>(array.shape[2]), static_cast<int>(array.shape[3])};
    map.data.assign(array.data.begin(), array.data.end());
    return map;
  }

  FeatureMap picture(const std::string& name) const {
    const host::Image image = host::read_image((data_ / "reference/inputs" / name).string());
    FeatureMap map;
    map.shape = {3, image.height, image.width};
    for (size_t c = 0; c < 3; ++c) {
      for (size_t i = c; i < image.rgb.size(); i += 3) map.data.push_back(image.rgb[i] / 255.0f);
    }
    return map;
  }

  struct Distance {
    double worst = 0, mean = 0;
  };
  // reference: the stem of [1, anchors, H, W, values] files; the heads are anchor-major channels.
  Distance distance(const std::vector<FeatureMap>& heads, const std::string& reference) const {
    Distance result;
    size_t count = 0;
    for (size_t k = 0; k < heads.size(); ++k) {
      const host::NpyArray expected = host::read_npy(
          (data_ / "reference" / (reference + "-head" + std::to_string(k) + ".npy")).string());
      const size_t pixels = expected.shape[2] * expected.shape[3], values = expected.shape[4];
      EXPECT_EQ(expected.data.size(), heads[k].data.size());
      for (size_t i = 0; i < expected.data.size(); ++i) {
        const size_t channel = i / (pixels * values) * values + i % values;
        const float found = heads[k].data[channel * pixels + i / values % pixels];
        const double difference = std::abs(double{expected.data[i]} - double{found});
        result.worst = std::max(result.worst, difference);
        result.mean += difference;
        ++count;
      }
    }
    result.mean /= static_cast<double>(count);
    return result;
  }

  fs::path data_;
};

TEST_F(NcnnRealModels, V5LiteS) {
  const Graph graph = import("v5lite-s");
  EXPECT_EQ(graph.class_count, 80);
  EXPECT_EQ(graph.source_nodes, 206);
  const Distance d =
      distance(evaluate(graph, tensor("v5lite-s/bus-160x128-input.npy")), "v5lite-s/bus-160x128");
  RecordProperty("worst", std::to_string(d.worst));
  EXPECT_LT(d.worst, 1e-4);
}

TEST_F(NcnnRealModels, V5LiteEWithC3Head) {
  if (!host::codecs::have_png()) GTEST_SKIP() << "built without libpng: the input is a PNG";
  const Distance d =
      distance(evaluate(import("v5lite-e-c3"), picture("bus-320.png")), "v5lite-e-c3/bus-320");
  RecordProperty("worst", std::to_string(d.worst));
  EXPECT_LT(d.worst, 1e-4);
}

// The reference heads of yolov5ss do not come from the .bin file: ncnn's conversion to half
// precision cut the weights off, and rounding them like that moves the heads by as much (0.2 to 0.4
// at worst, 0.013 on average).
TEST_F(NcnnRealModels, YoloV5SsAndItsInt8Form) {
  if (!host::codecs::have_png()) GTEST_SKIP() << "built without libpng: the input is a PNG";
  const FeatureMap input = picture("dog-320.png");
  const std::vector<FeatureMap> half = evaluate(import("yolov5ss"), input);
  const Distance d = distance(half, "yolov5ss/dog-320");
  RecordProperty("worst", std::to_string(d.worst));
  EXPECT_LT(d.worst, 0.4);
  EXPECT_LT(d.mean, 0.02);
  const Distance int8 = distance(evaluate(import("yolov5ss-int8"), input), "yolov5ss/dog-320");
  RecordProperty("int8_worst", std::to_string(int8.worst));
  RecordProperty("int8_mean", std::to_string(int8.mean));
  EXPECT_LT(int8.mean, 0.25);
}

// Every int8 weight, dequantized, lies within a step of what fp16 has: half a step of rounding; the
// 3x3 convolutions were quantized to 6 bits for Winograd.
TEST_F(NcnnRealModels, DequantizedWeightsAreCloseToTheFloatOnes) {
  const Graph half = import("yolov5ss"), int8 = import("yolov5ss-int8");
  std::vector<const converter::Node*> a, b;
  for (const converter::Node& node : half.nodes) {
    if (node.kind == converter::NodeKind::conv) a.push_back(&node);
  }
  for (const converter::Node& node : int8.nodes) {
    if (node.kind == converter::NodeKind::conv) b.push_back(&node);
  }
  ASSERT_EQ(a.size(), 82u);
  ASSERT_EQ(b.size(), 82u);
  for (size_t i = 0; i < a.size(); ++i) {
    ASSERT_EQ(a[i]->weights.size(), b[i]->weights.size());
    const size_t per_output = a[i]->weights.size() / a[i]->bias.size();
    for (size_t o = 0; o < a[i]->bias.size(); ++o) {
      float largest = 0, worst = 0;
      for (size_t j = o * per_output; j < (o + 1) * per_output; ++j) {
        largest = std::max(largest, std::abs(a[i]->weights[j]));
        worst = std::max(worst, std::abs(a[i]->weights[j] - b[i]->weights[j]));
      }
      EXPECT_LE(worst * 127, 2.2f * largest) << a[i]->name << " output " << o;
    }
  }
}

}  // namespace
}  // namespace linnet::test
