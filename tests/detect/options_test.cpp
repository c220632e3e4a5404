#include "examples/detect/options.h"

#include <gtest/gtest.h>

namespace linnet::detect {
namespace {

Options parse(std::vector<const char*> words) {
  words.insert(words.begin(), "linnet-detect");
  return parse_options(static_cast<int>(words.size()), words.data());
}

std::string error_of(std::vector<const char*> words) {
  try {
    (void)parse(std::move(words));
  } catch (const host::UsageError& error) {
    return error.what();
  }
  return "";
}

TEST(DetectOptions, Defaults) {
  const Options options = parse({"m.lnt", "a.jpg"});
  EXPECT_EQ(options.model, "m.lnt");
  EXPECT_EQ(options.pictures, std::vector<std::string>{"a.jpg"});
  EXPECT_EQ(options.decode.confidence, 0.25f);
  EXPECT_EQ(options.decode.iou, 0.45f);
  EXPECT_EQ(options.decode.max_boxes, 300u);
  EXPECT_EQ(options.size.height, 0);
  EXPECT_GE(options.threads, 1);
  EXPECT_FALSE(options.json);
}

TEST(DetectOptions, All) {
  const Options options =
      parse({"m.lnt",         "--conf=0.1", "--iou",     "0.6",    "--size", "320x640",
             "--threads",     "3",          "--classes", "bus, 0", "--max",  "7",
             "--multi-label", "--agnostic", "--json",    "r.json", "--save", "out",
             "--heads",       "h",          "a.jpg",     "b.jpg"});
  EXPECT_EQ(options.decode.confidence, 0.1f);
  EXPECT_EQ(options.size.height, 320);
  EXPECT_EQ(options.size.width, 640);
  EXPECT_EQ(options.threads, 3);
  EXPECT_EQ(options.classes, (std::vector<std::string>{"bus", "0"}));
  EXPECT_EQ(options.decode.max_boxes, 7u);
  EXPECT_EQ(options.decode.multi_label, 1);
  EXPECT_EQ(options.decode.class_agnostic, 1);
  EXPECT_EQ(options.json_file, "r.json");
  EXPECT_EQ(options.save, "out");
  EXPECT_EQ(options.heads, "h");
  EXPECT_EQ(options.pictures.size(), 2u);
}

TEST(DetectOptions, JsonTakesOnlyJsonFiles) {
  const Options options = parse({"m.lnt", "--json", "a.jpg"});
  EXPECT_TRUE(options.json);
  EXPECT_EQ(options.json_file, "");
  EXPECT_EQ(options.pictures.size(), 1u);
  EXPECT_EQ(parse({"m.lnt", "a.jpg", "--json=x"}).json_file, "x");
  EXPECT_TRUE(parse({"m.lnt", "a.jpg", "--json"}).json);
}

TEST(DetectOptions, Errors) {
  EXPECT_NE(error_of({}).find("expected a model"), std::string::npos);
  EXPECT_NE(error_of({"m.lnt"}).find("expected pictures"), std::string::npos);
  EXPECT_NE(error_of({"m.lnt", "a.jpg", "--input", "x.npy"}), "");
  EXPECT_NE(error_of({"m.lnt", "--input", "x.npy", "--size", "320"}), "");
  EXPECT_NE(error_of({"m.lnt", "a.jpg", "--conff", "1"}).find("did you mean --conf?"),
            std::string::npos);
  EXPECT_NE(error_of({"m.lnt", "a.jpg", "--conf", "2"}), "");
  EXPECT_NE(error_of({"m.lnt", "a.jpg", "--classes", ","}), "");
  EXPECT_NE(error_of({"m.lnt", "a.jpg", "--threads", "65"}), "");
  EXPECT_TRUE(parse({"--help"}).help);
  EXPECT_TRUE(parse({"--version"}).version);
}

TEST(DetectOptions, ClassFilter) {
  const std::vector<std::string> names = {"person", "bus", "0"};
  EXPECT_EQ(class_filter({"bus"}, names), (std::vector<uint8_t>{0, 1, 0}));
  EXPECT_EQ(class_filter({"1", "person"}, names), (std::vector<uint8_t>{1, 1, 0}));
  EXPECT_EQ(class_filter({"0"}, names), (std::vector<uint8_t>{0, 0, 1}));  // a name comes first
  for (const char* bad : {"cat", "3", "-1", "99999999999999999999"}) {
    EXPECT_THROW((void)class_filter({bad}, names), host::UsageError) << bad;
  }
}

TEST(DetectOptions, SizeOffTheStride) {
  EXPECT_NO_THROW(check_size({320, 64}, 32));
  try {
    check_size({321, 16}, 32);
    FAIL();
  } catch (const host::UsageError& error) {
    EXPECT_STREQ(error.what(),
                 "--size: expected multiples of the stride 32, found 321x16; the nearest are "
                 "320x32 and 352x32");
  }
}

}  // namespace
}  // namespace linnet::detect
