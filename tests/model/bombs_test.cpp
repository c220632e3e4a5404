// Small files that ask for much time: verifying, sizing and opening stay fast whatever a file says,
// and the work of a run has a bound that the caller knows before.
#include <gtest/gtest.h>

#include <ctime>

#include "linnet/linnet.h"
#include "model/model_view.h"
#include "tests/support/model_mutator.h"
#include "tests/support/models.h"
#include "tests/support/try_model.h"

namespace linnet::test {
namespace {

constexpr double kMostSeconds = 1.0;

// Processor time: other programs on the machine must not fail the test.
template <typename Call>
double seconds_of(const Call& call) {
  const std::clock_t start = std::clock();
  call();
  return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
}

size_t arena_bytes(const linnet_model& model, int height, int width) {
  linnet_config config = linnet_config_default();
  config.height = height;
  config.width = width;
  config.flags = LINNET_EVERY_TENSOR;
  size_t bytes = 0;
  return linnet_arena_size(&model, &config, &bytes) == LINNET_OK ? bytes : 0;
}

// As many views of as many segments as the table holds, read through windows: what verifier, sizing
// and opening go through node by node.
ModelBuilder most_segments() {
  ModelBuilder b = tiny_model();
  const int count = static_cast<int>(format::kMaxSegmentsPerView);
  const int wide = b.tensor("wide", count, format::kS8);
  const int floats = b.tensor("wide floats", count);
  b.conv(b.whole(1), b.whole(floats), window(1));
  b.quantize(b.whole(floats), b.whole(wide));
  ViewSpec channels;
  for (int c = 0; c < count; ++c) channels.push_back(segment(wide, c, 1));
  const int used = 5 * 3;
  for (uint32_t left = format::kMaxSegments - used; left > format::kMaxSegmentsPerView;
       left -= format::kMaxSegmentsPerView + 1) {
    b.conv(channels, b.whole(b.tensor("narrow", 1, format::kS8)), window(5, 1, 2));
  }
  return b;
}

TEST(Bombs, ManySegmentsAreVerifiedAndSizedFast) {
  const AlignedBytes file(most_segments().build());
  linnet_model model{};
  EXPECT_LT(seconds_of([&] { linnet_model_verify(file.data(), file.size(), &model); }),
            kMostSeconds);
  ASSERT_EQ(model.error.status, LINNET_OK) << model.error.what << " " << model.error.found;
  EXPECT_LT(seconds_of([&] { EXPECT_NE(arena_bytes(model, 64, 64), 0u); }), kMostSeconds);
}

// Nodes at the cap, windows at the cap: 20 KB that are a thousand pools of 225 taps.
TEST(Bombs, ManyLargeWindowsRunToTheEnd) {
  ModelBuilder b = tiny_model();
  const int ping = b.tensor("ping", 3), pong = b.tensor("pong", 3);
  b.max_pool(b.whole(0), b.whole(ping), window(15, 1, 7));
  for (uint32_t i = 4; i < format::kMaxNodes; ++i) {
    const bool even = i % 2 == 0;
    b.max_pool(b.whole(even ? ping : pong), b.whole(even ? pong : ping), window(15, 1, 7));
  }
  const AlignedBytes file(b.build());
  TryResult result;
  EXPECT_LT(seconds_of([&] {
              result = try_model(file.data(), file.size(), {size_t{1} << 30, UINT64_MAX});
            }),
            60.0);  // about 1 s; the rest is for emulators and sanitizers
  EXPECT_TRUE(result.ran) << result.error.what;
}

// The largest product that a caller must expect. Every value that a node makes lies in the arena
// (an arena in which no two tensors share memory is larger still), a dense convolution has a weight
// in the file for every multiplication of a pixel, and everything else looks at 15 x 15 values at
// most.
uint64_t most_work(uint64_t file_bytes, uint64_t arena, int nodes) {
  constexpr uint64_t kTaps = uint64_t{format::kMaxKernel} * format::kMaxKernel;
  // A node may read a tensor enlarged.
  constexpr uint64_t kReads = 1ull << (2 * format::kMaxUpsampleShift);
  return arena * (file_bytes + static_cast<uint64_t>(nodes) * (kTaps + kReads));
}

void expect_bounded(const std::vector<uint8_t>& bytes, size_t* seen) {
  const AlignedBytes file(bytes);
  linnet_model model;
  if (linnet_model_verify(file.data(), file.size(), &model) != LINNET_OK) return;
  linnet_model_info info;
  linnet_model_get_info(&model, &info);
  for (const int factor : {1, 4}) {
    const int side = info.max_stride * factor;
    const size_t arena = arena_bytes(model, side, side);
    if (arena == 0) continue;
    ++*seen;
    const uint64_t work = work_of_run(file.data(), side, side);
    EXPECT_GT(work, 0u);
    EXPECT_LE(work, most_work(file.size(), arena, ModelView(file.data()).node_count()));
  }
}

TEST(Bombs, WorkOfARunIsBoundedByFileAndArena) {
  const std::vector<uint8_t> originals[] = {tiny_model().build(), every_op_model().build(),
                                            int8_model().build(), most_segments().build()};
  size_t seen = 0;
  for (const std::vector<uint8_t>& original : originals) expect_bounded(original, &seen);
  EXPECT_EQ(seen, 2 * std::size(originals));
  for (size_t i = 0; i < 3000; ++i) {
    ModelMutator mutator(i);
    expect_bounded(mutator.mutate(originals[i % 3]), &seen);
  }
  EXPECT_GT(seen, 100u);
}

}  // namespace
}  // namespace linnet::test
