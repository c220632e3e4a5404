#include "converter/inspect/inspect.h"

#include <gtest/gtest.h>

#include "converter/error.h"
#include "host/json_reader.h"
#include "tests/support/models.h"

namespace linnet::converter {
namespace {

using test::AlignedBytes;

std::string text_of(const std::vector<uint8_t>& bytes, int height = 0, int width = 0) {
  const AlignedBytes file(bytes);
  return inspect_text(file.data(), file.size(), height, width);
}

void expect_line(const std::string& text, const std::string& line) {
  EXPECT_NE(text.find(line + '\n'), std::string::npos) << "no line '" << line << "' in\n" << text;
}

TEST(Inspect, TextNamesEverything) {
  const std::string text = text_of(test::every_op_model().build());
  expect_line(text, "classes  3: disc, square, Größe");
  expect_line(text, "head     stride 16, tensor t19, anchors 30x61 62x45 59x119");
  expect_line(text, "  t4 f32 channels 16  # stage");
  expect_line(text, "  0 space_to_depth factor 2  t1 <- t0  # node0");
  expect_line(text, "  3 channel_shuffle groups 2  t4 <- t3  # node3");
  expect_line(text, "  5 dwconv2d 5x5 s1 p2 leaky_relu(0.1)  t6 <- t5  weights 832 bytes  # node5");
  expect_line(text, "  8 avg_pool 3x3 s2 p1 padding counts  t8 <- t7  # node8");
  expect_line(text, "  12 add hard_swish  t12 <- t11, t8  # node12");
  expect_line(text,
              "  16 conv2d 3x3 s1 p2 d2 silu  t16[8..24)+t16[0..8) <- "
              "t15[0..4)+t7[4..12)+t12[4..8)^x2  weights 14016 bytes  # node16");
}

TEST(Inspect, UnequalSidesArePrinted) {
  test::ModelBuilder b = test::tiny_model();
  test::WindowSpec w;
  w.kernel_h = 3;
  w.kernel_w = 1;
  w.stride_h = 1;
  w.stride_w = 2;
  w.pad_top = 1;
  b.dwconv(b.whole(1), b.whole(b.tensor("x", 6)), w);
  EXPECT_NE(text_of(b.build()).find("dwconv2d 3x1 s1,2 p1,0,0,0  t4 <- t1"), std::string::npos);
}

TEST(Inspect, JsonHoldsTheSame) {
  const AlignedBytes file(test::every_op_model().build());
  const std::string text = inspect_json(file.data(), file.size(), 64, 96);
  const host::JsonValue json = host::parse_json(text);
  EXPECT_EQ(json["name"].string(), "every op");
  EXPECT_EQ(json["arena"]["width"].number(), 96);
  EXPECT_GT(json["arena"]["bytes"].number(), 0);
  EXPECT_EQ(json["classes"].array().size(), 3u);
  EXPECT_EQ(json["tensors"].array().size(), 22u);
  const host::JsonValue& conv = json["nodes"].array()[16];
  EXPECT_EQ(conv["op"].string(), "conv2d");
  EXPECT_EQ(conv["activation"].string(), "silu");
  EXPECT_EQ(conv["dilation"].array()[0].number(), 2);
  EXPECT_EQ(conv["weight_layout"].string(), "igemm_f32_n8k1");
  EXPECT_EQ(conv["operands"].array()[0].array()[2]["upsample"].number(), 2);
}

TEST(Inspect, ArenaFollowsTheSize) {
  const std::vector<uint8_t> bytes = test::every_op_model().build();
  EXPECT_NE(text_of(bytes, 32, 320).find(" at 32x320, 1 thread"), std::string::npos);
  EXPECT_THROW(text_of(bytes, 33, 32), ConvertError);
}

TEST(Inspect, RefusedFilesSayWhy) {
  std::vector<uint8_t> bytes = test::tiny_model().build();
  bytes.back() ^= 1;
  try {
    text_of(bytes);
    FAIL() << "expected an error";
  } catch (const ConvertError& error) {
    EXPECT_NE(std::string(error.what()).find("crc32"), std::string::npos) << error.what();
  }
}

TEST(Inspect, Int8ModelSaysItsTypesAndLayouts) {
  const std::string text = text_of(test::int8_model().build());
  EXPECT_NE(text.find(" s8 channels 20"), std::string::npos) << text;
  const AlignedBytes file(test::int8_model().build());
  const std::string json = inspect_json(file.data(), file.size(), 0, 0);
  for (const char* name : {"igemm_s8_n8k4", "dwconv_s8_k1c8", "add_s8", "table_s8", "scales"}) {
    EXPECT_NE(json.find(name), std::string::npos) << name;
  }
}

}  // namespace
}  // namespace linnet::converter
