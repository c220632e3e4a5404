#include "examples/detect/program.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "host/file.h"
#include "host/image.h"
#include "host/json_reader.h"
#include "host/npy.h"
#include "tests/support/models.h"
#include "tests/support/temporary_folder.h"

namespace linnet::detect {
namespace {

namespace fs = std::filesystem;

struct Outcome {
  int status = -1;
  std::string out, err;
};

std::string text_of(std::FILE* file) {
  std::string text;
  std::rewind(file);
  for (int c = std::fgetc(file); c != EOF; c = std::fgetc(file)) text += static_cast<char>(c);
  std::fclose(file);
  return text;
}

class DetectProgram : public testing::Test {
 protected:
  void SetUp() override {
    fs::create_directories(path("pictures"));
    host::write_file_atomically(model_, test::every_op_model().build());
    for (const char* name : {"a.ppm", "b.bmp"}) {
      host::Image image(90, 60);
      for (size_t i = 0; i < image.rgb.size(); ++i) image.rgb[i] = static_cast<uint8_t>(i * i / 7);
      host::write_image(path(std::string("pictures/") + name), image);
    }
  }
  std::string path(const std::string& name) const { return folder_ / name; }

  Outcome run(std::vector<std::string> words) const {
    words.insert(words.begin(), {"linnet-detect"});
    std::vector<const char*> argv;
    for (const std::string& word : words) argv.push_back(word.c_str());
    std::FILE* const out = std::tmpfile();
    std::FILE* const err = std::tmpfile();
    Outcome result;
    result.status = run_program(static_cast<int>(argv.size()), argv.data(), out, err);
    result.out = text_of(out);
    result.err = text_of(err);
    return result;
  }

  const test::TemporaryFolder folder_;
  const std::string model_ = folder_ / "model.lnt";
};

TEST_F(DetectProgram, Json) {
  const Outcome result = run({model_, path("pictures"), "--conf", "0", "--max", "5", "--json"});
  ASSERT_EQ(result.status, 0) << result.err;
  const host::JsonValue json = host::parse_json(result.out);
  ASSERT_EQ(json.array().size(), 2u);
  const host::JsonValue& first = json.array()[0];
  EXPECT_EQ(first["image"].string(), path("pictures/a.ppm"));
  EXPECT_EQ(first["width"].number(), 90);
  EXPECT_GE(first["times_ms"]["network"].number(), 0);
  ASSERT_EQ(first["detections"].array().size(), 5u);
  for (const host::JsonValue& box : first["detections"].array()) {
    EXPECT_LT(box["class_id"].number(), 3);
    EXPECT_FALSE(box["class"].string().empty());
    EXPECT_GT(box["score"].number(), 0);
    ASSERT_EQ(box["box_xyxy"].array().size(), 4u);
    EXPECT_LE(box["box_xyxy"].array()[0].number(), box["box_xyxy"].array()[2].number());
    EXPECT_LE(box["box_xyxy"].array()[2].number(), 90);
  }
}

TEST_F(DetectProgram, JsonFileAndTable) {
  const Outcome result =
      run({model_, path("pictures/a.ppm"), "--conf", "0", "--json", path("r.json")});
  ASSERT_EQ(result.status, 0) << result.err;
  EXPECT_NE(result.out.find("a.ppm (90x60): "), std::string::npos);
  EXPECT_NE(result.out.find("  class"), std::string::npos);
  const std::vector<uint8_t> file = host::read_file(path("r.json"));
  EXPECT_EQ(
      host::parse_json({reinterpret_cast<const char*>(file.data()), file.size()}).array().size(),
      1u);
}

TEST_F(DetectProgram, ClassesFilterBoxes) {
  const Outcome result =
      run({model_, path("pictures/a.ppm"), "--conf", "0", "--classes", "1", "--json"});
  ASSERT_EQ(result.status, 0) << result.err;
  const host::JsonValue json = host::parse_json(result.out);
  ASSERT_FALSE(json.array()[0]["detections"].array().empty());
  for (const host::JsonValue& box : json.array()[0]["detections"].array()) {
    EXPECT_EQ(box["class_id"].number(), 1);
  }
}

TEST_F(DetectProgram, SaveDraws) {
  const std::string picture = path("pictures/a.ppm");
  ASSERT_EQ(run({model_, picture, "--conf", "0", "--max", "3", "--save", path("one.bmp")}).status,
            0);
  const host::Image drawn = host::read_image(path("one.bmp"));
  const host::Image plain = host::read_image(picture);
  EXPECT_EQ(drawn.width, plain.width);
  EXPECT_NE(drawn.rgb, plain.rgb);
  ASSERT_EQ(run({model_, path("pictures"), picture, "--save", path("many")}).status, 0);
  for (const char* name : {"many/a.png", "many/b.png", "many/a-2.png"}) {
    EXPECT_TRUE(fs::exists(path(name))) << name;
  }
  const Outcome wrong = run({model_, path("pictures"), "--save", path("one.png")});
  EXPECT_EQ(wrong.status, 2);
  EXPECT_NE(wrong.err.find("expected a folder for 2 pictures"), std::string::npos);
}

TEST_F(DetectProgram, TensorSetsTheSizeAndHeadsAreWritten) {
  std::vector<float> tensor(3 * 64 * 96, 0.5f);
  host::write_npy(path("x.npy"), {1, 3, 64, 96}, tensor.data());
  const Outcome result = run({model_, "--input", path("x.npy"), "--heads", path("h")});
  ASSERT_EQ(result.status, 0) << result.err;
  EXPECT_NE(result.out.find("x.npy (96x64)"), std::string::npos);
  for (int k = 0; k < 3; ++k) {
    const host::NpyArray head = host::read_npy(path(std::string("h") + std::to_string(k) + ".npy"));
    ASSERT_EQ(head.shape.size(), 5u);
    EXPECT_EQ(head.shape[1], 3u);
    EXPECT_EQ(head.shape[2] * (8u << k), 64u);
    EXPECT_EQ(head.shape[3] * (8u << k), 96u);
    EXPECT_EQ(head.shape[4], 8u);
  }
  host::write_npy(path("x.npy"), {3, 64, 96}, tensor.data());
  EXPECT_NE(run({model_, "--input", path("x.npy")}).err.find("found [3,64,96]"), std::string::npos);
  host::write_npy(path("x.npy"), {1, 3, 96, 63}, tensor.data());
  EXPECT_EQ(run({model_, "--input", path("x.npy")}).status, 1);
}

TEST_F(DetectProgram, ThreadsAndSizesGiveBoxes) {
  const std::string picture = path("pictures/a.ppm");
  const Outcome one =
      run({model_, picture, "--conf", "0", "--threads", "1", "--size", "128x64", "--json"});
  const Outcome two =
      run({model_, picture, "--conf", "0", "--threads", "2", "--size", "128x64", "--json"});
  const auto detections = [](const Outcome& result) {
    const size_t begin = result.out.find("\"detections\"");
    return result.out.substr(begin, result.out.find("\"times_ms\"") - begin);
  };
  ASSERT_EQ(one.status, 0) << one.err;
  EXPECT_EQ(detections(one), detections(two));
}

TEST_F(DetectProgram, OneUnreadablePictureDoesNotStopTheOthers) {
  const Outcome result = run({model_, path("absent.jpg"), path("pictures/a.ppm")});
  EXPECT_EQ(result.status, 1);
  EXPECT_NE(result.err.find("absent.jpg: cannot open"), std::string::npos);
  EXPECT_NE(result.out.find("a.ppm"), std::string::npos);
}

TEST_F(DetectProgram, Errors) {
  EXPECT_EQ(run({}).status, 2);
  EXPECT_EQ(run({model_, path("pictures"), "--size", "100"}).status, 2);
  EXPECT_EQ(run({model_, path("pictures"), "--heads", "h"}).status, 2);
  EXPECT_EQ(run({model_, path("pictures"), "--classes", "nothing"}).status, 2);
  EXPECT_EQ(run({path("absent.lnt"), path("pictures")}).status, 1);
  EXPECT_EQ(run({path("pictures/a.ppm"), path("pictures")}).status, 1);
  EXPECT_EQ(run({model_, path("*.gif")}).status, 1);
  for (const auto& words : {std::vector<std::string>{}, {path("absent.lnt"), "x"}}) {
    const std::string err = run(words).err;
    EXPECT_EQ(err.find('\n'), err.size() - 1) << err;
  }
  EXPECT_EQ(run({"--help"}).status, 0);
  EXPECT_NE(run({"--version"}).out.find("linnet-detect "), std::string::npos);
}

}  // namespace
}  // namespace linnet::detect
