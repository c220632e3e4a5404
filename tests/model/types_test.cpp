// Floats are never read as int8, nor int8 as floats: the verifier refuses every mix.
#include <gtest/gtest.h>

#include <string>

#include "model/verify.h"
#include "tests/support/models.h"

namespace linnet::test {
namespace {

// Two float tensors and an int8 one that hold something, and one of each type to write, all of 6
// channels.
struct Tensors {
  int floats, other_floats, int8, to_floats, to_int8;
};

struct Confusion {
  const char* name;
  void (*add_node)(ModelBuilder& b, const Tensors& t);
  const char* message;
};

const Confusion kConfusions[] = {
    {"segments_read",
     [](ModelBuilder& b, const Tensors& t) {
       b.concat({segment(t.floats, 0, 3), segment(t.int8, 0, 3)}, b.whole(t.to_floats));
     },
     "dtype of a segment"},
    {"segments_written",
     [](ModelBuilder& b, const Tensors& t) {
       b.copy(b.whole(t.floats), {segment(t.to_floats, 0, 3), segment(t.to_int8, 0, 3)});
     },
     "dtype of a segment"},
    {"segments_of_second_operand",
     [](ModelBuilder& b, const Tensors& t) {
       b.add(b.whole(t.floats), {segment(t.other_floats, 0, 3), segment(t.int8, 0, 3)},
             b.whole(t.to_floats));
     },
     "dtype of a segment"},
    {"second_operand",
     [](ModelBuilder& b, const Tensors& t) {
       b.add(b.whole(t.floats), b.whole(t.int8), b.whole(t.to_floats));
     },
     "dtype of the second operand"},
    {"copy",
     [](ModelBuilder& b, const Tensors& t) { b.copy(b.whole(t.floats), b.whole(t.to_int8)); },
     "dtype of the output"},
    {"conv_of_floats_makes_int8",
     [](ModelBuilder& b, const Tensors& t) {
       b.conv(b.whole(t.floats), b.whole(t.to_int8), window(1));
     },
     "dtype of the output"},
    {"avg_pool_reads_int8",
     [](ModelBuilder& b, const Tensors& t) {
       b.avg_pool(b.whole(t.int8), b.whole(t.to_floats), window(1), false);
     },
     "dtype of the input"},
    {"avg_pool_makes_int8",
     [](ModelBuilder& b, const Tensors& t) {
       b.avg_pool(b.whole(t.floats), b.whole(t.to_int8), window(1), false);
     },
     "dtype of the output"},
    {"quantize_reads_int8",
     [](ModelBuilder& b, const Tensors& t) { b.quantize(b.whole(t.int8), b.whole(t.to_int8)); },
     "dtype of the input"},
    {"quantize_makes_floats",
     [](ModelBuilder& b, const Tensors& t) { b.quantize(b.whole(t.floats), b.whole(t.to_floats)); },
     "dtype of the output"},
    {"dequantize_reads_floats",
     [](ModelBuilder& b, const Tensors& t) {
       b.dequantize(b.whole(t.floats), b.whole(t.to_floats));
     },
     "dtype of the input"},
    {"dequantize_makes_int8",
     [](ModelBuilder& b, const Tensors& t) { b.dequantize(b.whole(t.int8), b.whole(t.to_int8)); },
     "dtype of the output"},
};

class TypeConfusion : public testing::TestWithParam<Confusion> {};

TEST_P(TypeConfusion, IsNamed) {
  ModelBuilder b = tiny_model();
  const Tensors t = {1, b.tensor("other floats", 6), b.tensor("int8", 6, format::kS8),
                     b.tensor("to floats", 6), b.tensor("to int8", 6, format::kS8)};
  b.copy(b.whole(t.floats), b.whole(t.other_floats));
  b.quantize(b.whole(t.floats), b.whole(t.int8));
  const int node = 5;
  GetParam().add_node(b, t);
  // Their first writers, if the node above is none.
  b.copy(b.whole(t.floats), b.whole(t.to_floats));
  b.quantize(b.whole(t.floats), b.whole(t.to_int8));
  const AlignedBytes file(b.build());
  VerifyError error;
  ASSERT_FALSE(model_verify(file.data(), file.size(), &error));
  EXPECT_NE(std::string(error.what).find(GetParam().message), std::string::npos)
      << "says: " << error.what;
  EXPECT_EQ(error.code, VerifyCode::bad);
  EXPECT_EQ(error.index, node);
}

INSTANTIATE_TEST_SUITE_P(Types, TypeConfusion, testing::ValuesIn(kConfusions),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace linnet::test
