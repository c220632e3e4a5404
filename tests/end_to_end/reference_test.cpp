// Real weights, real pictures: heads and boxes against the references.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <memory>

#include "host/file.h"
#include "host/json_reader.h"
#include "tests/device/heads.h"
#include "tests/end_to_end/converted.h"

namespace linnet::test {
namespace {

// Anchors of the network of the first article, which its raw ONNX export does not hold.
constexpr const char* kYolov5LiteAnchors =
    "10,11,15,31,38,24,31,62,69,56,68,131,165,103,159,261,395,320";

struct Case {
  const char* source;     // below the data folder
  const char* reference;  // folder below reference/
};

void PrintTo(const Case& c, std::ostream* out) {
  *out << c.source;
}

converter::ConvertOptions options_for(const std::string& source, bool views) {
  converter::ConvertOptions options;
  options.views = views;
  if (source.find("onnx/yolov5-lite") != std::string::npos) {
    options.metadata.anchors = converter::parse_anchors(kYolov5LiteAnchors);
  }
  return options;
}

// Not one more form of a network.
bool is_network(const std::string& source) {
  return source.rfind("models/", 0) == 0;
}

class ReferenceTest : public ::testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    data_ = test_data();
    if (data_.empty()) GTEST_SKIP() << "no test data (LINNET_TEST_DATA)";
    reference_ = data_ + "/reference/" + GetParam().reference + "/";
    source_ = data_ + "/" + GetParam().source;
  }
  std::string data_, reference_, source_;
};

// All pictures and sizes for which raw heads are given; default and --no-views models.
TEST_P(ReferenceTest, HeadsAgree) {
  const bool random = std::string(GetParam().reference).rfind("random", 0) == 0;
  for (const bool views : {true, false}) {
    const std::vector<uint8_t> file = converted(source_, options_for(source_, views));
    if (views && is_network(GetParam().source))
      keep_for_devices(GetParam().reference + std::string(".lnt"), file);
    int compared = 0;
    for (const char* stem : {"bus-160x128", "bus-320", "dog-320", "court-320", "bus-640"}) {
      const std::string prefix = reference_ + stem;
      if (!std::filesystem::exists(prefix + "-head0.npy")) continue;
      const bool small = std::string(stem) == "bus-160x128";
      const int side = std::string(stem).find("640") != std::string::npos ? 640 : 320;
      Runner runner(file, small ? 160 : side, small ? 128 : side);
      if (small) {
        runner.run(read_reference_input(prefix + "-input.npy"));
      } else {
        const std::string picture = data_ + "/reference/inputs/" + stem + ".png";
        try {
          runner.run(host::read_image(picture));
        } catch (const host::ImageError& error) {
          std::printf("SKIPPED: %s: %s\n", stem, error.what());
          continue;
        }
      }
      const Distance distance = compare_heads(runner, prefix);
      std::printf("%s %s %s: worst %.2e, relative %.2e\n", GetParam().source, stem,
                  views ? "views" : "no-views", distance.worst, distance.worst / distance.largest);
      if (random) {
        EXPECT_LT(distance.worst / distance.largest, 1e-4) << stem;
      } else {
        EXPECT_LT(distance.worst, 1e-3) << stem;
      }
      ++compared;
    }
    if (compared == 0) GTEST_SKIP() << "this build reads no PNG, and there is no prepared input";
  }
}

double intersection_over_union(const linnet_box& a, const std::vector<double>& b) {
  const double w = std::min<double>(a.x2, b[2]) - std::max<double>(a.x1, b[0]);
  const double h = std::min<double>(a.y2, b[3]) - std::max<double>(a.y1, b[1]);
  if (w <= 0 || h <= 0) return 0;
  const double areas = (a.x2 - a.x1) * (a.y2 - a.y1) + (b[2] - b[0]) * (b[3] - b[1]);
  return w * h / (areas - w * h);
}

// Every expected box has a partner of its class, each its own.
void expect_same_boxes(std::vector<linnet_box> found, const host::JsonValue& expected) {
  ASSERT_EQ(found.size(), expected.array().size());
  for (const host::JsonValue& detection : expected.array()) {
    std::vector<double> box;
    for (const host::JsonValue& side : detection["box_xyxy"].array()) box.push_back(side.number());
    const auto class_id = static_cast<int>(detection["class_id"].number());
    const auto overlap = [&](const linnet_box& candidate) {
      return candidate.class_id == class_id ? intersection_over_union(candidate, box) : -1;
    };
    const auto best =
        std::max_element(found.begin(), found.end(),
                         [&](const auto& x, const auto& y) { return overlap(x) < overlap(y); });
    ASSERT_NE(best, found.end());
    EXPECT_GE(overlap(*best), 0.99) << detection["class"].string();
    EXPECT_NEAR(best->score, detection["score"].number(), 1e-3);
    found.erase(best);
  }
}

// From the original pictures, so that the letterbox and the way back count too.
TEST_P(ReferenceTest, BoxesAgree) {
  for (const int side : {320, 640}) {
    std::unique_ptr<Runner> runner;
    for (const char* name : {"bus", "dog", "court"}) {
      const std::string path = reference_ + name + "-" + std::to_string(side) + "-boxes.json";
      if (!std::filesystem::exists(path)) continue;
      if (!runner) {
        runner =
            std::make_unique<Runner>(converted(source_, options_for(source_, true)), side, side);
      }
      try {
        runner->run(host::read_image(data_ + "/pictures/" + name + ".jpg"));
      } catch (const host::ImageError&) {
        GTEST_SKIP() << "this build reads no JPEG";
      }
      const std::vector<uint8_t> text = host::read_file(path);
      const host::JsonValue json =
          host::parse_json({reinterpret_cast<const char*>(text.data()), text.size()});
      SCOPED_TRACE(path);
      expect_same_boxes(runner->decode(linnet_detect_options_default()), json["detections"]);
    }
  }
}

// yolov5ss is not here: its references were not made from the fp16 file (tests/ncnn says more).
INSTANTIATE_TEST_SUITE_P(
    RealWeights, ReferenceTest,
    ::testing::Values(Case{"models/v5lite-s.param", "v5lite-s"},
                      Case{"models/v5lite-e-c3.bin", "v5lite-e-c3"},
                      Case{"models/yolov5-lite.pt", "yolov5-lite"},
                      Case{"models/random-v5lite-e.pt", "random-v5lite-e"},
                      Case{"models/random-v5lite-c.pt", "random-v5lite-c"},
                      Case{"models/random-v5lite-g.pt", "random-v5lite-g"},
                      Case{"onnx/v5lite-s-320.onnx", "v5lite-s"},
                      Case{"onnx/v5lite-s-640-grid.onnx", "v5lite-s"},
                      Case{"onnx/yolov5-lite-320-bn.onnx", "yolov5-lite"},
                      Case{"onnx/v5lite-e-c3-320-concat.onnx", "v5lite-e-c3"},
                      Case{"onnx/v5lite-e-c3-320-dynamic.onnx", "v5lite-e-c3"},
                      Case{"onnx/v5lite-e-c3-320-end2end.onnx", "v5lite-e-c3"},
                      Case{"onnx/v5lite-e-c3-320-grid.onnx", "v5lite-e-c3"},
                      Case{"onnx/v5lite-e-c3-320-legacychain.onnx", "v5lite-e-c3"},
                      Case{"onnx/v5lite-e-c3-320-mnnd.onnx", "v5lite-e-c3"},
                      Case{"onnx/v5lite-e-c3-320-mnne.onnx", "v5lite-e-c3"},
                      Case{"onnx/v5lite-e-c3-320-op11.onnx", "v5lite-e-c3"},
                      Case{"onnx/v5lite-e-c3-320-op17.onnx", "v5lite-e-c3"},
                      Case{"onnx/v5lite-e-c3-320-simplified.onnx", "v5lite-e-c3"},
                      Case{"onnx/v5lite-e-c3-320-truedynamic.onnx", "v5lite-e-c3"},
                      Case{"onnx/v5lite-e-c3-320.onnx", "v5lite-e-c3"}));

}  // namespace
}  // namespace linnet::test
