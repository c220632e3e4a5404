// Each rule of int8 in the format, broken alone: the verifier names it.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <string>

#include "model/verify.h"
#include "tests/support/model_editor.h"
#include "tests/support/models.h"

namespace linnet::test {
namespace {

// int8_model()'s nodes, by what they are.
enum NodeIndex : size_t { kStem, kPool, kDown, kBranch, kDeep, kAdd, kTable, kToFloat, kToInt8 };
enum NodeIndex2 : size_t { kLow = 9, kLowest, kHead8 };

uint8_t* weights(ModelEditor& m, size_t node) {
  return &m.byte(m.header().sections[format::kWeights].offset + m.node(node).weight_offset);
}
void set_float(uint8_t* at, float value) {
  std::memcpy(at, &value, sizeof value);
}

struct Corruption {
  const char* name;
  void (*change)(ModelEditor& m);
  const char* message;  // part of what the verifier says
  VerifyCode code = VerifyCode::bad;
};

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

const Corruption kCorruptions[] = {
    {"head_of_int8", [](ModelEditor& m) { m.tensor(13).dtype = format::kS8; }, "dtype"},
    {"output_of_floats", [](ModelEditor& m) { m.tensor(2).dtype = format::kF32; }, "dtype"},
    {"mixed_segments", [](ModelEditor& m) { m.tensor(8).dtype = format::kF32; }, "dtype"},
    {"quantize_of_int8", [](ModelEditor& m) { m.tensor(7).dtype = format::kS8; }, "dtype"},
    {"padding_unused", [](ModelEditor& m) { m.node(kPool).in_zero_point = 1; }, "in_zero_point"},
    {"clamp_unused", [](ModelEditor& m) { m.node(kPool).out_low = -5; }, "unused by this op"},
    {"clamp_of_floats", [](ModelEditor& m) { m.node(kHead8).out_high = 1; }, "unused by this op"},
    {"clamp_reversed",
     [](ModelEditor& m) {
       m.node(kStem).out_low = 1;
       m.node(kStem).out_high = 0;
     },
     "out_high: less than out_low"},
    {"activation", [](ModelEditor& m) { m.node(kStem).activation = 1; }, "activation: int8"},
    {"table_of_floats", [](ModelEditor& m) { m.node(kHead8).parameter = 1; }, "parameter"},
    {"parameter", [](ModelEditor& m) { m.node(kStem).parameter = 4; }, "parameter"},
    {"large_sums",
     [](ModelEditor& m) {
       m.node(kStem).parameter |= format::kSmallSums;
       set_float(weights(m, kStem) + 32, 1000.0f);
     },
     "says that sums are small"},
    {"small_sums_long_multiplier",
     [](ModelEditor& m) {
       m.node(kStem).parameter |= format::kSmallSums;
       set_float(weights(m, kStem) + 32, std::nextafter(0x1p-10f, 1.0f));
     },
     "says that sums are small"},
    {"small_sums_tiny_multiplier",
     [](ModelEditor& m) {
       m.node(kStem).parameter |= format::kSmallSums;
       set_float(weights(m, kStem) + 32, 0x1p-110f);
     },
     "says that sums are small"},
    {"small_sums_of_floats", [](ModelEditor& m) { m.node(kHead8).parameter = format::kSmallSums; },
     "parameter"},
    {"small_sums_of_depthwise",
     [](ModelEditor& m) { m.node(kDown).parameter |= format::kSmallSums; }, "parameter"},
    {"zero_point_unused", [](ModelEditor& m) { m.node(kPool).out_zero_point = 1; },
     "unused by this op"},
    {"layout", [](ModelEditor& m) { m.node(kStem).weight_layout = format::kIgemmF32N8k1; },
     "weight_layout", VerifyCode::unsupported},
    {"conv_multiplier", [](ModelEditor& m) { set_float(weights(m, kStem) + 32, kNan); },
     "multiplier"},
    {"conv_multiplier_infinite",
     [](ModelEditor& m) { set_float(weights(m, kStem) + 32, kInfinity); }, "multiplier"},
    {"conv_multiplier_negative", [](ModelEditor& m) { set_float(weights(m, kStem) + 36, -1); },
     "multiplier"},
    {"conv_weight", [](ModelEditor& m) { weights(m, kStem)[64 + 3] = 0x80; }, "int8 weight"},
    {"conv_padding", [](ModelEditor& m) { weights(m, kStem)[64 + 9] = 0x80; }, "int8 weight"},
    {"dwconv_multiplier", [](ModelEditor& m) { set_float(weights(m, kDown) + 24 * 4, kNan); },
     "multiplier"},
    {"dwconv_weight", [](ModelEditor& m) { weights(m, kDown)[24 * 8 + 30] = 0x80; }, "int8 weight"},
    {"add_multiplier", [](ModelEditor& m) { set_float(weights(m, kAdd), kNan); }, "multiplier"},
    {"add_multiplier_huge", [](ModelEditor& m) { set_float(weights(m, kAdd) + 4, 1e38f); },
     "multiplier"},
    {"add_multiplier_huge_first", [](ModelEditor& m) { set_float(weights(m, kAdd), 1e38f); },
     "multiplier"},
    {"add_padding", [](ModelEditor& m) { weights(m, kAdd)[sizeof(format::AddRecord)] = 1; },
     "padding before weights"},
    {"add_reserved", [](ModelEditor& m) { weights(m, kAdd)[12] = 1; }, "reserved bytes of an add"},
    {"scale", [](ModelEditor& m) { set_float(weights(m, kToFloat), -1); }, "scale"},
    {"scale_nan", [](ModelEditor& m) { set_float(weights(m, kToFloat), kNan); }, "scale"},
    {"scale_huge", [](ModelEditor& m) { set_float(weights(m, kToInt8), 1e38f); }, "scale"},
    {"scale_tiny", [](ModelEditor& m) { set_float(weights(m, kToInt8), 1e-38f); }, "scale"},
};

class Int8Corruption : public testing::TestWithParam<Corruption> {};

TEST_P(Int8Corruption, IsNamed) {
  ModelEditor editor(int8_model().build());
  GetParam().change(editor);
  const AlignedBytes file(editor.finish());
  VerifyError error;
  ASSERT_FALSE(model_verify(file.data(), file.size(), &error));
  EXPECT_NE(std::string(error.what).find(GetParam().message), std::string::npos)
      << "says: " << error.what << ", expected " << error.expected << ", found " << error.found;
  EXPECT_EQ(error.code, GetParam().code);
}

// A channel that is always 0 has no scale.
TEST(Int8Values, AScaleOfZeroIsAccepted) {
  ModelEditor editor(int8_model().build());
  set_float(weights(editor, kToFloat), 0);
  set_float(weights(editor, kToInt8), 0);
  const AlignedBytes file(editor.finish());
  VerifyError error;
  EXPECT_TRUE(model_verify(file.data(), file.size(), &error)) << error.what;
}

INSTANTIATE_TEST_SUITE_P(Corruptions, Int8Corruption, testing::ValuesIn(kCorruptions),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace linnet::test
