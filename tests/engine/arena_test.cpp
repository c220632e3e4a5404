// The arena: exact size under guard pages, nothing outside written, independence of what was there
// before.
#include <gtest/gtest.h>

#include "engine/arena.h"
#include "engine/ops/op.h"
#include "tests/engine/guarded_memory.h"
#include "tests/engine/open_session.h"
#include "tests/engine/random_model.h"
#include "tests/support/models.h"

namespace linnet::test {
namespace {

using Guard = GuardedMemory::Guard;

// Runs a session in guarded memory on a picture; the model file is read only and guarded too.
void run_guarded(const std::vector<uint8_t>& file, int height, int width, Guard guard) {
  GuardedMemory model_memory(round_up(file.size(), 64), guard);
  std::memcpy(model_memory.data(), file.data(), file.size());
  model_memory.make_read_only();
  linnet_model model;
  ASSERT_EQ(linnet_model_verify(model_memory.data(), file.size(), &model), LINNET_OK);
  linnet_error error{};
  linnet_config config = sized(height, width);
  config.error = &error;
  size_t bytes = 0;
  ASSERT_EQ(linnet_arena_size(&model, &config, &bytes), LINNET_OK) << to_line(error);

  const GuardedMemory arena(bytes, guard);
  linnet_session* session = nullptr;
  ASSERT_EQ(linnet_open(&model, &config, arena.data(), bytes - 1, &session),
            LINNET_ARENA_TOO_SMALL);
  EXPECT_EQ(error.expected, bytes);
  EXPECT_EQ(error.found, bytes - 1);
  EXPECT_EQ(session, nullptr);
  for (size_t i = 0; i < bytes; ++i) ASSERT_EQ(arena.data()[i], 0) << "written in spite of it";

  ASSERT_EQ(linnet_open(&model, &config, arena.data(), bytes, &session), LINNET_OK);
  const std::vector<uint8_t> pixels(48 * 32 * 3, 77);
  const linnet_image image{LINNET_RGB, 48, 32, {pixels.data(), nullptr}, {0, 0}};
  linnet_box boxes[10];
  size_t count = 0;
  linnet_detect_options options = linnet_detect_options_default();
  options.confidence = 0;
  ASSERT_EQ(linnet_detect(session, &image, &options, boxes, 10, &count), LINNET_OK);
  linnet_close(session);
}

class Sizes : public ::testing::TestWithParam<std::pair<int, int>> {};

TEST_P(Sizes, ArenaIsExact) {
  const std::vector<uint8_t> file = every_op_model().build();
  const auto [height, width] = GetParam();
  run_guarded(file, height, width, Guard::after);
  run_guarded(file, height, width, Guard::before);
}

INSTANTIATE_TEST_SUITE_P(
    Thirty, Sizes,
    ::testing::Values(std::pair(32, 32), std::pair(32, 64), std::pair(64, 32), std::pair(64, 64),
                      std::pair(96, 96), std::pair(96, 32), std::pair(128, 160),
                      std::pair(160, 128), std::pair(160, 160), std::pair(192, 320),
                      std::pair(224, 224), std::pair(256, 256), std::pair(256, 416),
                      std::pair(288, 512), std::pair(320, 192), std::pair(320, 320),
                      std::pair(352, 352), std::pair(384, 640), std::pair(416, 416),
                      std::pair(480, 640), std::pair(512, 512), std::pair(576, 320),
                      std::pair(640, 384), std::pair(640, 640), std::pair(736, 1280),
                      std::pair(32, 1280), std::pair(1280, 32), std::pair(960, 960),
                      std::pair(1024, 768), std::pair(1280, 1280)),
    [](const auto& size) {
      return std::to_string(size.param.first) + "x" + std::to_string(size.param.second);
    });

TEST(Arena, RandomModelsAreExactToo) {
  for (uint32_t seed = 0; seed < 60 && !HasFatalFailure(); ++seed) {
    SCOPED_TRACE(seed);
    const RandomModel random = make_random_model(seed);
    run_guarded(random.file, random.height, random.width, Guard::after);
  }
}

TEST(Arena, ContentsBeforeDoNotMatter) {
  for (uint32_t seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    const RandomModel random = make_random_model(seed);
    const VerifiedModel model(random.file);
    const std::vector<float> input = random_input(random.height, random.width, seed);
    std::vector<uint8_t> first;
    for (const int poison : {0x00, 0xFF, 0xA5, 0x7F}) {
      const OpenSession session(model, sized(random.height, random.width), poison);
      ASSERT_EQ(linnet_run(session.get(), input.data(), nullptr), LINNET_OK);
      const std::vector<uint8_t> result(session.activations(),
                                        session.activations() + session.activation_bytes());
      if (first.empty()) first = result;
      ASSERT_EQ(result, first) << "poison " << poison;
    }
  }
}

TEST(Arena, RunsGiveTheSameResultEveryTime) {
  const VerifiedModel model(every_op_model().build());
  const OpenSession session(model, sized(96, 64));
  const std::vector<float> input = random_input(96, 64, 1), other = random_input(96, 64, 2);
  const auto heads_of = [&](const std::vector<float>& x) {
    linnet_tensor heads[LINNET_HEADS];
    EXPECT_EQ(linnet_run(session.get(), x.data(), heads), LINNET_OK);
    std::vector<float> all;
    for (const linnet_tensor& h : heads) {
      all.insert(all.end(), h.data, h.data + h.height * h.width * h.channels);
    }
    return all;
  };
  const std::vector<float> first = heads_of(input);
  EXPECT_NE(heads_of(other), first);
  EXPECT_EQ(heads_of(input), first);
}

TEST(Arena, SizeGrowsWithThreadsByScratchOnly) {
  const VerifiedModel model(every_op_model().build());
  linnet_config config = sized(64, 64);
  const OpenSession one(model, config);
  config.threads = 4;
  config.parallel_for = [](void*, int, linnet_task, void*) {};
  const OpenSession four(model, config);
  EXPECT_EQ(four.bytes(), one.bytes() + 3 * one.internals().scratch_bytes);
}

TEST(Arena, EveryPartIsAligned) {
  for (uint32_t seed = 0; seed < 30; ++seed) {
    const RandomModel random = make_random_model(seed);
    const VerifiedModel model(random.file);
    const OpenSession open(model, sized(random.height, random.width));
    const SessionState& s = open.internals();
    const auto misalignment = [](const void* p) {
      return reinterpret_cast<uintptr_t>(p) % LINNET_ALIGNMENT;
    };
    EXPECT_EQ(misalignment(s.scratch), 0u);
    EXPECT_EQ(s.scratch_bytes % LINNET_ALIGNMENT, 0u);
    EXPECT_EQ(misalignment(s.zeros), 0u);
    for (int i = 0; i < s.model.tensor_count(); ++i) EXPECT_EQ(misalignment(s.tensors[i].data), 0u);
  }
}

// A convolution whose rows go straight into a depthwise one: each thread keeps 15 rows of 8192 x
// 2192 floats, 1 GB. With four threads these are 14 MB if the product is cut to 32 bits.
TEST(Arena, ScratchOfAllThreadsDoesNotWrap) {
  ModelBuilder b = tiny_model();
  const int wide = b.tensor("wide", 2192), small = b.tensor("small", 2192);
  b.conv(b.whole(0), b.whole(wide), window(1));
  b.dwconv(b.whole(wide), b.whole(small), window(15, 8, 7));
  const VerifiedModel model(b.build());
  linnet_error error{};
  linnet_config config = sized(256, 8192);
  config.threads = 4;
  config.parallel_for = [](void*, int, linnet_task, void*) {};
  config.error = &error;
  size_t bytes = 0;
  const linnet_status status = linnet_arena_size(model.get(), &config, &bytes);
  if constexpr (sizeof(size_t) == 4) {
    EXPECT_EQ(status, LINNET_INVALID_ARGUMENT) << bytes;
  } else {
    ASSERT_EQ(status, LINNET_OK) << to_line(error);
    EXPECT_GT(bytes, uint64_t{4} * 15 * 8192 * 2192 * sizeof(float));
  }
}

TEST(Arena, CountingSaturates) {
  Arena counter(nullptr);
  counter.take<uint64_t>(SIZE_MAX / 32);
  EXPECT_FALSE(counter.overflowed());
  counter.take<uint64_t>(SIZE_MAX / 32);
  EXPECT_TRUE(counter.overflowed());
  Arena product(nullptr);
  product.take<uint64_t>(SIZE_MAX / 4);
  EXPECT_TRUE(product.overflowed());
  Arena each(nullptr);
  each.take_each(64, 0);
  each.take_each(64, 100);
  EXPECT_EQ(each.used(), round_up(6400, LINNET_ALIGNMENT));
  each.take_each(64, SIZE_MAX / 64 + 1);
  EXPECT_TRUE(each.overflowed());
}

}  // namespace
}  // namespace linnet::test
