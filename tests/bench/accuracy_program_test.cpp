// The command line of linnet-bench accuracy.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "bench/program.h"
#include "host/file.h"
#include "host/format.h"
#include "host/image.h"
#include "host/json_reader.h"
#include "host/progress_bar.h"
#include "tests/support/models.h"
#include "tests/support/temporary_folder.h"

namespace linnet::test {
namespace {

namespace fs = std::filesystem;

class AccuracyProgram : public testing::Test {
 protected:
  void SetUp() override {
    fs::create_directories(folder_ / "images");
    fs::create_directories(folder_ / "labels");
    host::write_file_atomically(model_, every_op_model().build());
    std::string images, truths;
    for (int i = 0; i < 5; ++i) {
      host::Image image(90, 60);
      for (size_t k = 0; k < image.rgb.size(); ++k) {
        image.rgb[k] = static_cast<uint8_t>(k * k / 7 + static_cast<size_t>(i) * k);
      }
      const std::string name = host::formatted("p%d", i);
      host::write_image(path("images/" + name + ".ppm"), image);
      host::write_text_atomically(path("labels/" + name + ".txt"), "1 0.5 0.5 1 1\n");
      images +=
          host::formatted(R"(%s{"id": %d, "file_name": "p%d.ppm", "width": 90, "height": 60})",
                          i == 0 ? "" : ",", i + 1, i);
      truths += host::formatted(R"(%s{"image_id": %d, "category_id": 5, "bbox": [0, 0, 90, 60]})",
                                i == 0 ? "" : ",", i + 1);
    }
    const char* const categories =
        R"([{"id": 4, "name": "x"}, {"id": 5, "name": "y"}, {"id": 6, "name": "<z>"}])";
    host::write_text_atomically(
        annotations_, host::formatted(R"({"images": [%s], "annotations": [%s], "categories": %s})",
                                      images.c_str(), truths.c_str(), categories));
  }

  std::string path(const std::string& name) const { return folder_ / name; }

  // With the model, its pictures and the annotations.
  int run(std::vector<std::string> more) {
    more.insert(more.begin(),
                {"--model", model_, "--images", path("images"), "--annotations", annotations_});
    return run_words(more);
  }
  int run_words(const std::vector<std::string>& words) {
    std::vector<const char*> argv = {"linnet-bench", "accuracy"};
    for (const std::string& word : words) argv.push_back(word.c_str());
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    const int status = bench::run_program(static_cast<int>(argv.size()), argv.data());
    out_ = testing::internal::GetCapturedStdout();
    err_ = testing::internal::GetCapturedStderr();
    return status;
  }
  // One line that says `part`, and this status.
  void expect_refused(const std::vector<std::string>& words, int status, const std::string& part) {
    EXPECT_EQ(run_words(words), status) << part;
    EXPECT_EQ(out_, "");
    EXPECT_EQ(std::count(err_.begin(), err_.end(), '\n'), 1) << err_;
    EXPECT_NE(err_.find(part), std::string::npos) << err_ << " lacks: " << part;
  }
  std::string text_of(const std::string& name) const {
    const std::vector<uint8_t> bytes = host::read_file(path(name));
    return {bytes.begin(), bytes.end()};
  }

  const TemporaryFolder folder_;
  const std::string model_ = folder_ / "model.lnt", annotations_ = folder_ / "instances.json";
  std::string out_, err_;
};

TEST_F(AccuracyProgram, Json) {
  ASSERT_EQ(run({"--format", "json", "--per-class", "--against", model_}), 0) << err_;
  const host::JsonValue json = host::parse_json(out_);
  for (const char* key :
       {"AP", "AP50", "AP75", "APs", "APm", "APl", "AR1", "AR10", "AR100", "ARs", "ARm", "ARl"}) {
    EXPECT_GE(json[key].number(), -1);
    EXPECT_LE(json[key].number(), 1);
    EXPECT_EQ(json["difference"][key].number(), 0) << "against itself";
  }
  EXPECT_EQ(json["APl"].number(), -1);
  EXPECT_EQ(json["pictures"].number(), 5);
  EXPECT_EQ(json["objects"].number(), 5);
  EXPECT_FALSE(json["per_class"].array().empty());
  EXPECT_EQ(err_, "") << "no progress bar where nobody looks";
}

TEST_F(AccuracyProgram, NeitherThreadsNorSavingChangesAnything) {
  for (const char* format : {"text", "csv", "md"}) {
    ASSERT_EQ(run({"--format", format, "--per-class", "--threads", "1", "--conf", "0"}), 0) << err_;
    const std::string one = out_;
    ASSERT_EQ(run({"--format", format, "--per-class", "--threads", "3", "--conf", "0", "--out",
                   path("out"), "--save-detections", path("d.json")}),
              0);
    EXPECT_EQ(out_, "");
    EXPECT_EQ(text_of("out"), one);
  }
  ASSERT_EQ(run({"--format", "json", "--conf", "0"}), 0);
  const double ap50 = host::parse_json(out_)["AP50"].number();
  ASSERT_EQ(run_words({"--detections", path("d.json"), "--annotations", annotations_, "--format",
                       "json", "--against", path("d.json")}),
            0)
      << err_;
  EXPECT_EQ(host::parse_json(out_)["AP50"].number(), ap50);
}

TEST_F(AccuracyProgram, YoloLabelsGiveTheSameFigures) {
  ASSERT_EQ(run({"--format", "json", "--conf", "0"}), 0) << err_;
  const host::JsonValue coco = host::parse_json(out_);
  ASSERT_EQ(run_words({"--model", model_, "--images", path("images"), "--labels", "yolo",
                       "--format", "json", "--conf", "0"}),
            0)
      << err_;
  const host::JsonValue yolo = host::parse_json(out_);
  for (const char* key : {"AP", "AP50", "APm", "AR100"}) {
    EXPECT_EQ(yolo[key].number(), coco[key].number()) << key;
  }
}

TEST_F(AccuracyProgram, Html) {
  ASSERT_EQ(run({"--html", path("page.html"), "--worst", "3", "--conf", "0"}), 0) << err_;
  const std::string html = text_of("page.html");
  EXPECT_NE(html.find("Precision over recall"), std::string::npos);
  EXPECT_NE(html.find("data:image/"), std::string::npos);
  EXPECT_NE(html.find("</html>"), std::string::npos);
  EXPECT_EQ(html.find("http"), std::string::npos) << "the page must need nothing else";
  EXPECT_EQ(html.find("<z>"), std::string::npos) << "names are escaped";
}

TEST_F(AccuracyProgram, HtmlOfDetectionsNeedsNoPictures) {
  host::write_text_atomically(path("d.json"), "[]");
  ASSERT_EQ(run_words({"--detections", path("d.json"), "--annotations", annotations_, "--html",
                       path("page.html")}),
            0)
      << err_;
  EXPECT_EQ(text_of("page.html").find("data:image/"), std::string::npos);
}

TEST_F(AccuracyProgram, Help) {
  EXPECT_EQ(run_words({"--help"}), 0);
  EXPECT_NE(out_.find("--annotations"), std::string::npos);
}

TEST_F(AccuracyProgram, MistakesOnTheCommandLine) {
  expect_refused({}, 2, "--model FILE.lnt or --detections FILE.json, found neither");
  expect_refused({"--model", model_, "--detections", "d.json"}, 2, "found both");
  expect_refused({"--model", model_}, 2, "--annotations FILE.json or --labels yolo");
  expect_refused({"--model", model_, "--annotations", annotations_}, 2, "--images FOLDER");
  expect_refused({"--model", model_, "--labels", "voc"}, 2, "expected coco or yolo, found 'voc'");
  expect_refused({"--model", model_, "--labels", "yolo", "--annotations", "a"}, 2, "leave one");
  expect_refused({"--detections", "d.json", "--labels", "yolo"}, 2, "--labels yolo: expected");
  expect_refused(
      {"--model", model_, "--annotations", annotations_, "--images", "i", "--format", "xml"}, 2,
      "found 'xml'");
  expect_refused({"--annotation", "x"}, 2, "did you mean --annotations?");
  expect_refused({"model.lnt"}, 2, "a model goes with --model");
}

TEST_F(AccuracyProgram, BadInput) {
  const std::vector<std::string> start = {"--model", model_, "--images"};
  const auto with = [&](const std::string& images, const std::string& annotations) {
    std::vector<std::string> words = start;
    words.insert(words.end(), {images, "--annotations", annotations});
    return words;
  };
  expect_refused(with(path("images"), path("absent.json")), 1, "absent.json: cannot open");
  expect_refused(with(path("labels"), annotations_), 1, "missing are 5 of 5");
  fs::remove(path("images/p3.ppm"));
  expect_refused(with(path("images"), annotations_), 1, "p3.ppm: expected a picture");
  host::write_text_atomically(path("images/p3.ppm"), "no picture");
  expect_refused(with(path("images"), annotations_), 1, "p3.ppm: expected a picture");
  host::write_text_atomically(path("two.json"),
                              R"({"images": [{"id": 1, "file_name": "p0.ppm"}], "annotations": [],
        "categories": [{"id": 1, "name": "u"}, {"id": 2, "name": "v"}]})");
  expect_refused(with(path("images"), path("two.json")), 1,
                 "as the annotations have categories (2)");
}

TEST(AccuracyProgress, Line) {
  EXPECT_EQ(host::progress_line("m", 20, 80, 5),
            "[#######-----------------------] 20/80 m, 15 s left");
  EXPECT_EQ(host::progress_line("m", 0, 0, 0), "[##############################] 0/0 m, 0 s left");
}

}  // namespace
}  // namespace linnet::test
