// Files that must be accepted, opened and run.
#include <gtest/gtest.h>

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
