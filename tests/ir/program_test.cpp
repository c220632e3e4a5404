// From the graph to bytes and through the engine: random networks, with views and without, give
// what the plain evaluator gives.
#include <gtest/gtest.h>
#include <algorithm>

#include <cstring>

#include "converter/convert.h"
#include "converter/passes/passes.h"
#include "linnet/linnet.h"
#include "tests/support/ir/graph_builder.h"

namespace linnet::test {
namespace {

struct alignas(LINNET_ALIGNMENT) Line {
  unsigned char bytes[LINNET_ALIGNMENT];
};

struct EngineRun {
  std::vector<FeatureMap> heads;
  size_t arena_bytes = 0, steps = 0;
};

// Heads as the evaluator gives them: channels, rows, columns.
FeatureMap to_planes(const linnet_tensor& t) {
  FeatureMap map;
  map.shape = {t.channels, t.height, t.width};
  for (int c = 0; c < t.channels; ++c) {
    for (int p = 0; p < t.height * t.width; ++p) {
      map.data.push_back(t.data[static_cast<size_t>(p) * t.pixel_stride + static_cast<size_t>(c)]);
    }
  }
  return map;
}

EngineRun run_engine(const converter::Graph& graph, const FeatureMap& input, bool views) {
  converter::ConvertOptions options;
  options.views = views;
  const converter::Conversion done = converter::convert(graph, options);
  std::vector<Line> file(done.file.size() / sizeof(Line) + 1);
  std::memcpy(file.data(), done.file.data(), done.file.size());
  linnet_model model;
  EXPECT_EQ(linnet_model_verify(file.data(), done.file.size(), &model), LINNET_OK)
      << model.error.what;
  linnet_config config = linnet_config_default();
  EngineRun run;
  run.steps = done.program.steps.size();
  EXPECT_EQ(linnet_arena_size(&model, &config, &run.arena_bytes), LINNET_OK);
  std::vector<Line> arena(run.arena_bytes / sizeof(Line));
  std::memset(static_cast<void*>(arena.data()), 0xA5, run.arena_bytes);
  linnet_session* session = nullptr;
  EXPECT_EQ(linnet_open(&model, &config, arena.data(), run.arena_bytes, &session), LINNET_OK);
  const size_t pixels = input.data.size() / 3;
  std::vector<float> nhwc(input.data.size());
  for (size_t p = 0; p < pixels; ++p) {
    for (size_t c = 0; c < 3; ++c) nhwc[p * 3 + c] = input.data[c * pixels + p];
  }
  linnet_tensor heads[LINNET_HEADS];
  EXPECT_EQ(linnet_run(session, nhwc.data(), heads), LINNET_OK);
  for (const linnet_tensor& head : heads) run.heads.push_back(to_planes(head));
  return run;
}

TEST(Program, RandomNetworksThroughTheEngine) {
  for (uint32_t seed = 100; seed < 180; ++seed) {
    SCOPED_TRACE(seed);
    const converter::Graph graph = random_detector(seed);
    const FeatureMap input = noise(graph, seed);
    const std::vector<FeatureMap> expected = evaluate(graph, input);
    const EngineRun views = run_engine(graph, input, true);
    const EngineRun copies = run_engine(graph, input, false);
    EXPECT_LT(distance(expected, views.heads), 1e-4);
    EXPECT_LT(distance(expected, copies.heads), 1e-4);
    EXPECT_LT(views.steps, copies.steps);
  }
}

// A stage of eight blocks: one buffer, as wide as the stage, and no step but convolutions.
TEST(Program, AShuffleStageIsUpdatedInPlace) {
  GraphBuilder b(1);
  constexpr int kWidth = 32;
  auto x = b.conv(b.conv(b.conv(b.input(), 8, 3, 2), 8, 3, 2), kWidth, 3, 2);
  for (int i = 0; i < 8; ++i) {
    const auto left = b.slice(x, 0, kWidth / 2);
    const auto right = b.conv(b.conv(b.slice(x, kWidth / 2, kWidth), 16, 1, 1), 16, 1, 1);
    x = b.shuffle(b.concat({left, right}), 2);
  }
  const auto p4 = b.conv(x, 8, 3, 2);
  const converter::Conversion done =
      converter::convert(b.finish(x, p4, b.conv(p4, 8, 3, 2)), converter::ConvertOptions{});
  int stage_buffers = 0;
  for (const converter::Buffer& buffer : done.program.buffers)
    stage_buffers += buffer.channels == kWidth;
  EXPECT_EQ(stage_buffers, 1);
  for (const converter::Step& step : done.program.steps) {
    EXPECT_EQ(step.op, format::k_conv2d);
    EXPECT_LE(step.operands[0].size(), 6u) << step.name;
    const std::vector<int>& heads = done.program.head_buffers;
    const bool is_head =
        std::find(heads.begin(), heads.end(), step.output[0].tensor) != heads.end();
    // Heads: three objectness channels, and what lies between them.
    EXPECT_LE(step.output.size(), is_head ? 7u : 6u) << step.name;
  }
}

TEST(Program, TheSameGraphGivesTheSameBytes) {
  const converter::Graph graph = random_detector(5);
  EXPECT_EQ(converter::convert(graph, {}).file, converter::convert(graph, {}).file);
}

// A gate right after many shuffles needs more channel runs than a node may have: made explicit.
TEST(Program, ViewsOfTooManyRunsBecomeExplicit) {
  GraphBuilder b(3);
  auto x = b.conv(b.conv(b.conv(b.input(), 8, 3, 2), 8, 3, 2), 192, 3, 2);
  for (int i = 0; i < 3; ++i)
    x = b.shuffle(b.concat({b.slice(x, 0, 96), b.conv(b.slice(x, 96, 192), 96, 1, 1)}), 2);
  const auto gate = b.activation(b.conv(b.global_average(x), 192, 1, 1), Activation::sigmoid);
  x = b.pair(converter::NodeKind::mul, x, gate);
  const auto p4 = b.conv(x, 8, 3, 2);
  const converter::Graph graph = b.finish(x, p4, b.conv(p4, 8, 3, 2));
  const FeatureMap input = noise(graph, 1);
  EXPECT_LT(distance(evaluate(graph, input), run_engine(graph, input, true).heads), 1e-4);
}

}  // namespace
}  // namespace linnet::test
