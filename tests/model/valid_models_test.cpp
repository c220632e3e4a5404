// Files that must be accepted, opened and run.
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <vector>

#include "linnet/linnet.hpp"
#include "model/model_view.h"
#include "model/verify.h"
#include "tests/support/models.h"

namespace linnet::test {
namespace {

void expect_runs(const ModelBuilder& builder, int height, int width) {
  const AlignedBytes file(builder.build());
  linnet_model model;
  char text[256];
  const linnet_status verified = linnet_model_verify(file.data(), file.size(), &model);
  linnet_error_format(&model.error, text, sizeof text);
  ASSERT_EQ(verified, LINNET_OK) << text;

  linnet_error error{};
  linnet_config config = linnet_config_default();
  config.height = height;
  config.width = width;
  config.error = &error;
  size_t bytes = 0;
  const linnet_status sized = linnet_arena_size(&model, &config, &bytes);
  linnet_error_format(&error, text, sizeof text);
  ASSERT_EQ(sized, LINNET_OK) << text;
  const AlignedBytes arena(bytes, 0xAA);
  Session session;
  ASSERT_EQ(session.open(model, config, arena.data(), bytes), LINNET_OK);

  const auto pixels = static_cast<size_t>(height) * static_cast<size_t>(width);
  const std::vector<float> input = random_floats(pixels * 3, 1.0f, 7);
  linnet_tensor heads[LINNET_HEADS];
  ASSERT_EQ(session.run(input.data(), heads), LINNET_OK);
  const int strides[] = {8, 16, 32};
  for (int h = 0; h < LINNET_HEADS; ++h) {
    EXPECT_EQ(heads[h].height, height / strides[h]);
    EXPECT_EQ(heads[h].width, width / strides[h]);
    for (int i = 0; i < heads[h].height * heads[h].width * heads[h].channels; ++i) {
      ASSERT_TRUE(std::isfinite(heads[h].data[i])) << "head " << h << " value " << i;
    }
  }
}

TEST(ValidModels, TinyModelRuns) {
  expect_runs(tiny_model(), 64, 96);
}

TEST(ValidModels, EveryOpModelRuns) {
  expect_runs(every_op_model(), 64, 64);
  expect_runs(every_op_model(), 32, 160);
  expect_runs(int8_model(), 64, 64);
  expect_runs(int8_model(), 32, 160);
}

// As many records as the format allows: verifying and opening stay fast.
TEST(ValidModels, ModelAtTheCapsOpensFast) {
  ModelBuilder b = tiny_model();
  b.name(std::string(format::kMaxNameBytes, 'n'));
  const int widest = b.tensor("widest", format::kMaxChannels);
  b.conv(b.whole(0), b.whole(widest), window(1, 8));
  std::vector<int> parts = {1, 2, 3, widest};
  while (parts.size() + 1 < format::kMaxTensors) {
    const int part = b.tensor("part" + std::to_string(parts.size()), 6);
    b.copy(b.whole(1), b.whole(part));
    parts.push_back(part);
  }
  // Views of 16 segments of one channel, from many tensors into one, again and again.
  for (uint32_t node = static_cast<uint32_t>(parts.size()); node < format::kMaxNodes; ++node) {
    ViewSpec in, out;
    for (int i = 0; i < 14; ++i) {
      in.push_back(segment(parts[4 + (node + 7 * i) % 500], i % 6, 1));
      out.push_back(segment(widest, static_cast<int>((node * 16 + i) % format::kMaxChannels), 1));
    }
    b.concat(in, out);
  }
  const auto start = std::chrono::steady_clock::now();
  expect_runs(b, 32, 32);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  EXPECT_LT(took.count(), 5.0);  // about 20 ms; the rest is for emulators
}

TEST(ValidModels, MostClasses) {
  ModelBuilder b;
  std::vector<std::string> names;
  for (uint32_t i = 0; i < format::kMaxClasses; ++i) names.push_back("class " + std::to_string(i));
  b.classes(names);
  const int channels = 5 + static_cast<int>(format::kMaxClasses);
  const int strides[] = {8, 16, 32};
  for (const int stride : strides) {
    const int pooled = b.tensor("pooled", 3);
    const int head = b.tensor("head", channels);
    b.avg_pool(b.whole(0), b.whole(pooled), window(8, 8), false);
    if (stride == 8) {
      b.conv(b.whole(pooled), b.whole(head), window(1));
    } else {
      const int deeper = b.tensor("deeper", 3);
      b.max_pool(b.whole(pooled), b.whole(deeper), window(stride / 8, stride / 8));
      b.conv(b.whole(deeper), b.whole(head), window(1));
    }
    b.head(head, stride, {{8, 8}});
  }
  expect_runs(b, 32, 64);
}

TEST(ValidModels, ViewGivesBackWhatTheBuilderWrote) {
  const AlignedBytes file(every_op_model().build());
  VerifyError error;
  ASSERT_TRUE(model_verify(file.data(), file.size(), &error)) << error.what;
  const ModelView view(file.data());
  EXPECT_STREQ(view.string(view.header().model_name), "every op");
  EXPECT_EQ(view.head_count(), 3);
  EXPECT_EQ(view.head(1).stride, 16);
  EXPECT_EQ(view.head(2).anchors[2][1], 326.0f);
  EXPECT_STREQ(view.class_name(2), "Größe");
  const format::Node& focus = view.node(0);
  EXPECT_EQ(focus.op, format::k_space_to_depth);
  EXPECT_EQ(view.operand(focus, 0).segments[0].tensor, 0);
  EXPECT_EQ(view.output(focus).channels(), 12);
}

}  // namespace
}  // namespace linnet::test
