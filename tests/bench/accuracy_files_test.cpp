// COCO files and YOLO folders: what is read, and what is said about those that are not as expected.
#include <gtest/gtest.h>

#include <fstream>
#include <random>

#include "bench/accuracy/coco.h"
#include "bench/accuracy/thumbnail.h"
#include "bench/accuracy/yolo_labels.h"
#include "tests/support/temporary_folder.h"

namespace linnet::test {
namespace {

using namespace bench::accuracy;
namespace fs = std::filesystem;

const std::string kInstances = R"({
  "images": [{"id": 7, "file_name": "b.jpg", "width": 64, "height": 48},
             {"id": 3, "file_name": "a.jpg"}],
  "categories": [{"id": 90, "name": "cat"}, {"id": 2, "name": "dog"}],
  "annotations": [
    {"id": 1, "image_id": 7, "category_id": 90, "bbox": [1, 2, 30, 40], "area": 500,
     "iscrowd": 0, "segmentation": [[1, 2, 3, 4, 5, 6]]},
    {"id": 2, "image_id": 3, "category_id": 2, "bbox": [0, 0, 10, 20], "iscrowd": 1}]})";

class AccuracyFiles : public testing::Test {
 protected:
  std::string write(const std::string& name, const std::string& text) const {
    const std::string path = folder_ / name;
    fs::create_directories(fs::path(path).parent_path());
    std::ofstream(path) << text;
    return path;
  }
  // What read() throws; it names the file.
  template <typename Read>
  static std::string message(const Read& read) {
    try {
      read();
    } catch (const std::runtime_error& error) {
      EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos) << "one line";
      return error.what();
    }
    return "nothing was thrown";
  }
  std::string instances_message(const std::string& text) const {
    return message([&] { read_coco_annotations(write("bad.json", text), ""); });
  }
  std::string detections_message(const std::string& text) const {
    const Dataset data = read_coco_annotations(write("i.json", kInstances), "");
    std::vector<std::string> notes;
    return message([&] { read_coco_detections(write("bad.json", text), data, &notes); });
  }

  const TemporaryFolder folder_;
};

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  return text.replace(text.find(from), from.size(), to);
}

TEST_F(AccuracyFiles, Annotations) {
  const Dataset data = read_coco_annotations(write("i.json", kInstances), "some/folder");
  ASSERT_EQ(data.pictures.size(), 2u);
  EXPECT_EQ(data.pictures[0].id, 3) << "ids ascend";
  EXPECT_EQ(data.pictures[1].path, "some/folder/b.jpg");
  EXPECT_EQ(data.pictures[1].width, 64);
  EXPECT_EQ(data.categories[0].name, "cat") << "in the order of the file";
  ASSERT_EQ(data.truths.size(), 2u);
  EXPECT_EQ(data.truths[0].picture, 1u);
  EXPECT_EQ(data.truths[0].area, 500);
  EXPECT_EQ(data.truths[0].box, (Box{1, 2, 30, 40}));
  EXPECT_EQ(data.truths[1].area, 200) << "of the box";
  EXPECT_TRUE(data.truths[1].crowd);
  EXPECT_EQ(object_count(data), 1u);
  EXPECT_TRUE(data.notes.empty());
}

TEST_F(AccuracyFiles, AnnotationsOfOtherPicturesAreLeftOut) {
  const Dataset data = read_coco_annotations(
      write("i.json", replaced(kInstances, "\"image_id\": 7", "\"image_id\": 8")), "");
  EXPECT_EQ(data.truths.size(), 1u);
  ASSERT_EQ(data.notes.size(), 1u);
  EXPECT_EQ(data.notes[0].substr(0, 22), "1 annotations left out");
}

TEST_F(AccuracyFiles, BadAnnotationsAreOneLine) {
  const auto expect = [&](const std::string& text, const std::string& part) {
    const std::string line = instances_message(text);
    EXPECT_NE(line.find("bad.json"), std::string::npos) << line;
    EXPECT_NE(line.find(part), std::string::npos) << line << "\n lacks: " << part;
  };
  expect("", "JSON byte 0");
  expect("[]", "an object");
  expect("{}", "images");
  expect(R"({"images": [], "categories": [], "annotations": []})", "images: expected at least one");
  expect(replaced(kInstances, "\"categories\"", "\"classes\""), "categories");
  expect(replaced(kInstances, "[1, 2, 30, 40]", "[1, 2, 30]"), "annotations[0]: bbox: expected 4");
  expect(replaced(kInstances, "[1, 2, 30, 40]", "[1, 2, -30, 40]"), "0 or more");
  expect(replaced(kInstances, "\"image_id\": 3", "\"image_id\": 3.5"), "annotations[1]: image_id");
  expect(replaced(kInstances, "\"id\": 3", "\"id\": 7"), "every id once, found 7 twice");
  expect(replaced(kInstances, "\"id\": 2", "\"id\": 90"), "every id once, found 90 twice");
  expect(replaced(kInstances, "\"a.jpg\"", "4"), "images[1]");
  EXPECT_NE(message([&] { read_coco_annotations(folder_ / "absent.json", ""); }).find("absent"),
            std::string::npos);
}

// Whatever a file says, it is read or refused.
TEST_F(AccuracyFiles, DamagedAnnotations) {
  std::mt19937 random(3);
  size_t refused = 0;
  for (int i = 0; i < 600; ++i) {
    std::string text = kInstances;
    for (unsigned k = 0; k <= random() % 3; ++k) {
      const size_t at = random() % text.size();
      switch (random() % 4) {
        case 0:
          text[at] = static_cast<char>(random());
          break;
        case 1:
          text.erase(at, 1 + random() % 20);
          break;
        case 2:
          text.insert(at, text.substr(random() % text.size(), random() % 30));
          break;
        default:
          text[at] = "0123456789-eE.,[]{}\""[random() % 20];
      }
    }
    try {
      (void)read_coco_annotations(write("damaged.json", text), "");
    } catch (const std::runtime_error&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 300u);
  EXPECT_LT(refused, 600u);
}

TEST_F(AccuracyFiles, DetectionsComeBackAsTheyWereSaved) {
  const Dataset data = read_coco_annotations(write("i.json", kInstances), "");
  const Detection found = rounded_as_saved({1, 0, {1.23456, 2, 30.0004, 40}, 0.8765432});
  EXPECT_EQ(found.box, (Box{1.235, 2, 30, 40}));
  EXPECT_EQ(found.score, 0.87654);
  const std::string path = folder_ / "d.json";
  for (const size_t count : {0, 1, 2}) {
    write_coco_detections(path, data, std::vector<Detection>(count, found));
    std::vector<std::string> notes;
    const std::vector<Detection> read = read_coco_detections(path, data, &notes);
    ASSERT_EQ(read.size(), count);
    EXPECT_TRUE(notes.empty());
    for (const Detection& d : read) {
      EXPECT_EQ(d.picture, 1u);
      EXPECT_EQ(d.category, 0u);
      EXPECT_EQ(d.box, found.box);
      EXPECT_EQ(d.score, found.score);
    }
  }
}

TEST_F(AccuracyFiles, DetectionsOfOtherCategoriesAreLeftOut) {
  const Dataset data = read_coco_annotations(write("i.json", kInstances), "");
  std::vector<std::string> notes;
  const std::string path =
      write("d.json", R"([{"image_id": 3, "category_id": 1, "bbox": [0, 0, 1, 1], "score": 0.5}])");
  EXPECT_TRUE(read_coco_detections(path, data, &notes).empty());
  ASSERT_EQ(notes.size(), 1u);
  EXPECT_NE(notes[0].find("1 detections left out"), std::string::npos);
}

TEST_F(AccuracyFiles, BadDetectionsAreOneLine) {
  const auto expect = [&](const std::string& text, const std::string& part) {
    const std::string line = detections_message(text);
    EXPECT_NE(line.find(part), std::string::npos) << line << "\n lacks: " << part;
  };
  expect("{}", "a list of COCO detections");
  expect("[{}]", "item 0: JSON: no member 'image_id'");
  expect(R"([{"image_id": 4, "category_id": 2, "bbox": [0, 0, 1, 1], "score": 1}])",
         "expected an id of the annotations, found 4");
  expect(R"([{"image_id": 3, "category_id": 2, "bbox": [0, 0, 1, 1], "score": "1"}])", "a number");
  expect(R"([{"image_id": 3, "category_id": 2, "bbox": [0, 0, 1, 1], "score": 1})", "']'");
}

TEST_F(AccuracyFiles, YoloLabels) {
  write("set/images/a.ppm", "P6 1 1 255\n___");
  write("set/images/b.ppm", "P6 1 1 255\n___");
  write("set/images/c.ppm", "P6 1 1 255\n___");
  write("set/labels/a.txt", "1 0.5 0.5 0.25 0.5\r\n\n0 0 0 0.5 0 0.5 0.5 0 0.25\n");
  write("set/images/b.txt", "0 0.5 0.5 1 1\n0 0.5 0.5 1 1\n");
  Dataset data = read_yolo_labels(folder_ / "set/images", {"cat", "dog"});
  ASSERT_EQ(data.pictures.size(), 3u);
  EXPECT_EQ(data.pictures[0].name, "a.ppm");
  EXPECT_EQ(data.pictures[0].id, 1);
  ASSERT_EQ(data.truths.size(), 3u) << "the same line twice is one object";
  ASSERT_EQ(data.notes.size(), 1u);
  EXPECT_EQ(data.notes[0].substr(0, 10), "1 pictures");
  for (Picture& picture : data.pictures) {
    picture.width = 200;
    picture.height = 100;
  }
  scale_to_pixels(&data);
  EXPECT_EQ(data.truths[0].box, (Box{75, 25, 50, 50}));
  EXPECT_EQ(data.truths[0].category, 1u);
  EXPECT_EQ(data.truths[0].area, 2500);
  EXPECT_EQ(data.truths[1].box, (Box{0, 0, 100, 50})) << "around an outline";
  EXPECT_EQ(data.truths[2].box, (Box{0, 0, 200, 100}));
}

TEST_F(AccuracyFiles, WhereYoloLabelsAre) {
  EXPECT_EQ(label_paths("/d/images/val/x.y.jpg"),
            (std::vector<std::string>{"/d/labels/val/x.y.txt", "/d/images/val/x.y.txt"}));
  EXPECT_EQ(label_paths("/images/images/x.png")[0], "/images/labels/x.txt");
  EXPECT_EQ(label_paths("/d/x.png"), (std::vector<std::string>{"/d/x.txt"}));
}

TEST_F(AccuracyFiles, BadYoloLabelsAreOneLine) {
  write("images/a.ppm", "P6 1 1 255\n___");
  const auto labels = [&](const std::string& text) {
    write("labels/a.txt", text);
    return message([&] { read_yolo_labels(folder_ / "images", {"cat", "dog"}); });
  };
  const auto expect = [&](const std::string& text, const std::string& part) {
    const std::string line = labels(text);
    EXPECT_NE(line.find(part), std::string::npos) << line << "\n lacks: " << part;
  };
  expect("0 0.5 0.5 0.1 0.1\n2 0.5 0.5 0.1 0.1", "a.txt: line 2: expected a class from 0 to 1");
  expect("0.5 0.5 0.5 0.1 0.1", "a class from 0 to 1");
  expect("-1 0.5 0.5 0.1 0.1", "a class from 0 to 1");
  expect("0 320 240 30 40", "from 0 to 1, in parts of the picture, found 320");
  expect("0 0.5 0.5 0.1", "found 4 numbers");
  expect("0 0.5 0.5 0.1 0.1 0.9", "found 6 numbers");
  expect("0 0.5 x 0.1 0.1", "numbers");
  expect("0 0.5 nan 0.1 0.1", "numbers");
  fs::remove(folder_ / "labels/a.txt");
  EXPECT_NE(message([&] { read_yolo_labels(folder_ / "images", {"cat"}); }).find("found none"),
            std::string::npos);
}

TEST(AccuracyThumbnail, Base64OfRfc4648) {
  const auto of = [](const std::string& text) {
    return base64({reinterpret_cast<const uint8_t*>(text.data()), text.size()});
  };
  EXPECT_EQ(of(""), "");
  EXPECT_EQ(of("f"), "Zg==");
  EXPECT_EQ(of("fo"), "Zm8=");
  EXPECT_EQ(of("foo"), "Zm9v");
  EXPECT_EQ(of("foobar"), "Zm9vYmFy");
}

TEST(AccuracyThumbnail, ShrunkPixelsAreMeans) {
  host::Image image(4, 2);
  for (size_t i = 0; i < image.rgb.size(); ++i) image.rgb[i] = static_cast<uint8_t>(10 * i);
  const host::Image small = shrunk(image, 2);
  ASSERT_EQ(small.width, 2);
  ASSERT_EQ(small.height, 1);
  EXPECT_EQ(small.rgb[0], (0 + 30 + 120 + 150) / 4);
  EXPECT_EQ(shrunk(image, 4).rgb, image.rgb);
}

}  // namespace
}  // namespace linnet::test
