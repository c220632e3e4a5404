// What only the input size can reveal: a file that passes the verifier may still not fit together,
// and opening it must say so.
#include "engine/shapes.h"

#include <gtest/gtest.h>

#include "engine/ops/op.h"
#include "tests/engine/open_session.h"
#include "tests/engine/random_model.h"
#include "tests/engine/reference.h"
#include "tests/support/models.h"

namespace linnet::test {
namespace {

linnet_error size_error(const std::vector<uint8_t>& file, int height = 0, int width = 0) {
  const VerifiedModel model(file);
  linnet_error error{};
  linnet_config config = sized(height, width);
  config.error = &error;
  size_t bytes = 0;
  const linnet_status status = linnet_arena_size(model.get(), &config, &bytes);
  EXPECT_EQ(status, error.status);
  return error;
}

// Strides 8, 16, 32 from the input by pools and convolutions, so that a test can add its own nodes.
void add_heads(ModelBuilder* b) {
  for (const int stride : {8, 16, 32}) {
    const int small = b->tensor("small", 3);
    const int head = b->tensor("head", 6);
    if (stride == 8) {
      b->conv(b->whole(0), b->whole(small), window(1, 8));
    } else {
      const int half = b->tensor("half", 3);
      b->conv(b->whole(0), b->whole(half), window(1, stride / 8));
      b->conv(b->whole(half), b->whole(small), window(1, 8));
    }
    b->conv(b->whole(small), b->whole(head), window(1));
    b->head(head, stride, {{10, 10}});
  }
}

TEST(Shapes, MatchTheReference) {
  for (uint32_t seed = 0; seed < 50; ++seed) {
    const RandomModel random = make_random_model(seed);
    const VerifiedModel model(random.file);
    const ModelView view(model.data());
    std::vector<Extent> extents(static_cast<size_t>(view.tensor_count()));
    linnet_error error{};
    ASSERT_EQ(infer_extents(view, random.height, random.width, extents.data(), &error), LINNET_OK);
    const std::vector<float> input = random_input(random.height, random.width, seed);
    Reference reference(model.data(), random.height, random.width, input.data());
    reference.run();
    for (int i = 0; i < view.tensor_count(); ++i) {
      EXPECT_EQ(extents[static_cast<size_t>(i)].height, reference.tensor(i).height);
      EXPECT_EQ(extents[static_cast<size_t>(i)].width, reference.tensor(i).width);
    }
  }
}

TEST(Shapes, SegmentsOfAViewMustAgree) {
  ModelBuilder b;
  const int half = b.tensor("half", 4), out = b.tensor("out", 7);
  b.conv(b.whole(0), b.whole(half), window(1, 2));
  b.copy({segment(0, 0, 3), segment(half, 0, 4)}, b.whole(out));
  add_heads(&b);
  const linnet_error error = size_error(b.build(), 64, 96);
  EXPECT_EQ(error.status, LINNET_BAD_MODEL);
  EXPECT_EQ(error.index, 1);
  EXPECT_EQ(error.expected, 64u);
  EXPECT_EQ(error.found, 32u);
}

TEST(Shapes, WritersOfATensorMustAgree) {
  ModelBuilder b;
  const int out = b.tensor("out", 8);
  b.conv(b.whole(0), {segment(out, 0, 4)}, window(1, 2));
  b.conv(b.whole(0), {segment(out, 4, 4)}, window(1, 4));
  add_heads(&b);
  EXPECT_EQ(size_error(b.build()).status, LINNET_BAD_MODEL);
}

TEST(Shapes, WritersThatDisagreeOnlyAtSomeSizes) {
  ModelBuilder b;
  const int out = b.tensor("out", 8);
  b.conv(b.whole(0), {segment(out, 0, 4)}, window(1, 5));  // 64 -> 13
  b.conv(b.whole(0), {segment(out, 4, 4)}, window(4, 5));  // 64 -> 13, 96 -> 19 and 20
  add_heads(&b);
  EXPECT_EQ(size_error(b.build(), 64, 64).status, LINNET_OK);
  EXPECT_EQ(size_error(b.build(), 96, 64).status, LINNET_BAD_MODEL);
  EXPECT_EQ(size_error(b.build(), 64, 96).status, LINNET_BAD_MODEL);
}

TEST(Shapes, SecondOperandMustFit) {
  ModelBuilder b;
  const int half = b.tensor("half", 3), out = b.tensor("out", 3);
  b.max_pool(b.whole(0), b.whole(half), window(2, 2));
  b.add(b.whole(0), b.whole(half), b.whole(out));
  add_heads(&b);
  EXPECT_EQ(size_error(b.build()).status, LINNET_BAD_MODEL);
}

TEST(Shapes, OnePixelIsNoFirstOperandOfMany) {
  ModelBuilder b;
  const int mean = b.tensor("mean", 3), out = b.tensor("out", 3);
  b.global_avg_pool(b.whole(0), b.whole(mean));
  b.mul(b.whole(mean), b.whole(0), b.whole(out));
  add_heads(&b);
  EXPECT_EQ(size_error(b.build()).status, LINNET_BAD_MODEL);
}

TEST(Shapes, WindowsMustFit) {
  ModelBuilder b;
  const int out = b.tensor("out", 3);
  b.max_pool(b.whole(0), b.whole(out), window(15, 1));
  const int dilated = b.tensor("dilated", 4);
  b.conv(b.whole(0), b.whole(dilated), window(15, 1, 0, 3));
  add_heads(&b);
  EXPECT_EQ(size_error(b.build(), 64, 64).status, LINNET_OK);
  const linnet_error error = size_error(b.build(), 32, 64);
  EXPECT_EQ(error.status, LINNET_BAD_MODEL);
  EXPECT_EQ(error.expected, 43u);
  EXPECT_EQ(error.found, 32u);
}

TEST(Shapes, SpaceToDepthMustDivide) {
  ModelBuilder b;
  const int out = b.tensor("out", 27);
  b.space_to_depth(b.whole(0), b.whole(out), 3);
  add_heads(&b);
  EXPECT_EQ(size_error(b.build(), 96, 96).status, LINNET_OK);
  EXPECT_EQ(size_error(b.build(), 64, 96).status, LINNET_BAD_MODEL);
}

TEST(Shapes, HeadsMustHaveTheGridOfTheirStride) {
  ModelBuilder b;
  for (const int stride : {8, 16, 32}) {
    const int head = b.tensor("head", 6);
    b.conv(b.whole(0), b.whole(head), window(1, 8));
    b.head(head, stride, {{10, 10}});
  }
  const linnet_error error = size_error(b.build(), 64, 64);
  EXPECT_EQ(error.status, LINNET_BAD_MODEL);
  EXPECT_EQ(error.index, 1);
  EXPECT_EQ(error.expected, 4u);
  EXPECT_EQ(error.found, 8u);
}

TEST(Shapes, ExtentsAreCapped) {
  ModelBuilder b;
  const int out = b.tensor("out", 1);
  b.upsample({segment(0, 0, 1)}, b.whole(out), 8);
  add_heads(&b);
  EXPECT_EQ(size_error(b.build(), 1024, 32).status, LINNET_OK);
  EXPECT_EQ(size_error(b.build(), 1056, 32).status, LINNET_BAD_MODEL);
  EXPECT_EQ(size_error(b.build(), 32, 1056).status, LINNET_BAD_MODEL);
}

TEST(Shapes, EnlargedReadsAreCapped) {
  ModelBuilder b;
  const int out = b.tensor("out", 1);
  b.conv({segment(0, 0, 1, 3)}, b.whole(out), window(1, 8));
  add_heads(&b);
  EXPECT_EQ(size_error(b.build(), 1024, 32).status, LINNET_OK);
  EXPECT_EQ(size_error(b.build(), 8192, 32).status, LINNET_BAD_MODEL);
}

// 8192 x 8192 pixels of 8192 channels are 2^35 units of 64 bytes: 0 if cut to 32 bits.
TEST(Shapes, HugeTensorsAreRefusedNotWrapped) {
  ModelBuilder b;
  const int out = b.tensor("out", 8192);
  b.conv(b.whole(0), b.whole(out), window(1));
  add_heads(&b);
  EXPECT_EQ(size_error(b.build(), 64, 64).status, LINNET_OK);
  EXPECT_EQ(size_error(b.build(), 8192, 8192).status, LINNET_INVALID_ARGUMENT);
}

TEST(Shapes, InputSizes) {
  const std::vector<uint8_t> file = tiny_model().build();
  EXPECT_EQ(size_error(file, 8192, 8192).status, LINNET_OK);
  for (const auto& [height, width] :
       {std::pair(8224, 64), {64, 8224}, {33, 64}, {64, 31}, {-32, 64}, {64, INT32_MIN}}) {
    const linnet_error error = size_error(file, height, width);
    EXPECT_EQ(error.status, LINNET_INVALID_ARGUMENT) << height << "x" << width;
    EXPECT_LE(error.found, 8224u);
  }
  const linnet_error error = size_error(file, 33, 64);
  EXPECT_EQ(error.expected, 64u);
  EXPECT_EQ(error.found, 33u);
}

}  // namespace
}  // namespace linnet::test
