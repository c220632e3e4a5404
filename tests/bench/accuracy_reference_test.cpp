// The figures of the reference implementation, and of the published weights with it.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>

#include "bench/accuracy/coco.h"
#include "bench/accuracy/detect.h"
#include "bench/accuracy/evaluate.h"
#include "converter/convert.h"
#include "host/file.h"
#include "host/isa.h"
#include "host/json_reader.h"
#include "tests/support/temporary_folder.h"

namespace linnet::test {
namespace {

using namespace bench::accuracy;

constexpr const char* kSetting = "-320-c001_i60";

class AccuracyReference : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    const char* const given = std::getenv("LINNET_TEST_DATA");
    data_ = given != nullptr ? given : LINNET_TEST_DATA;
    if (!std::filesystem::is_directory(data_ + "/coco")) {
      GTEST_SKIP() << "no reference figures: " << data_ << "/coco is not there";
    }
    dataset_ = read_coco_annotations(data_ + "/coco/val80.json", data_ + "/coco/val");
  }

  void expect_figures(const std::string& model, const std::vector<Detection>& detections,
                      const std::vector<size_t>& which, double tolerance) {
    const std::vector<uint8_t> file = host::read_file(data_ + "/coco/reference-ap.json");
    const host::JsonValue all =
        host::parse_json({reinterpret_cast<const char*>(file.data()), file.size()});
    const host::JsonValue& want = all[model + kSetting];
    const Figures got = evaluate(dataset_, detections, &pool_).figures;
    for (const size_t f : which) {
      EXPECT_NEAR(got[f], want[kFigureNames[f].key].number(), tolerance)
          << model << " " << kFigureNames[f].key;
    }
  }

  std::string data_;
  Dataset dataset_;
  host::ThreadPool pool_{2};
};

class AccuracyOfDetections : public AccuracyReference {};

TEST_P(AccuracyOfDetections, AllFigures) {
  const std::string model = GetParam();
  std::vector<std::string> notes;
  const std::vector<Detection> detections = read_coco_detections(
      data_ + "/coco/detections/" + model + "-320-conf0.001-iou0.6.json", dataset_, &notes);
  expect_figures(model, detections, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, 1e-6);
}

INSTANTIATE_TEST_SUITE_P(Files, AccuracyOfDetections, testing::Values("v5lite-s", "yolov5-lite"));

class AccuracyOfNetworks : public AccuracyReference {};

TEST_P(AccuracyOfNetworks, ApAndAp50) {
  const std::string source = GetParam();
  const std::string model = source.substr(0, source.find('.'));
  const converter::ConvertOptions options;
  const converter::Conversion done = converter::convert(
      converter::import_file(data_ + "/models/" + source, options.import), options);
  const TemporaryFolder folder;
  const std::string path = folder / (model + ".lnt");
  host::write_file_atomically(path, done.file);
  const bench::Network network = bench::Network::from_file(path);
  const ClassMap classes = map_classes(class_names_of(network), dataset_.categories, model);
  EXPECT_EQ(classes.rule, "by name");
  DetectOptions how;
  how.size = {320, 320};
  how.cpu_features = host::cpu_features_from_environment();
  const std::vector<Detection> detections =
      detect(network, classes, how, &pool_, &dataset_, [](size_t) {});
  EXPECT_TRUE(dataset_.notes.empty()) << dataset_.notes[0];
  expect_figures(model, detections, {kAp, kAp50}, 0.002);
}

INSTANTIATE_TEST_SUITE_P(Weights, AccuracyOfNetworks,
                         testing::Values("yolov5-lite.pt", "v5lite-s.param", "v5lite-e-c3.param"));

}  // namespace
}  // namespace linnet::test
