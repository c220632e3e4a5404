// Every operator against the reference, step by step, on random models. Also checked at each step:
// items may be computed in any order and in any pieces, scratch needs no preparation, and nothing
// but the step's output channels (and scratch) is written.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <set>

#include "engine/ops/op.h"
#include "host/thread_pool.h"
#include "kernels/igemm_f32/igemm_f32.h"
#include "model/op_traits.h"
#include "tests/engine/open_session.h"
#include "tests/engine/random_model.h"
#include "tests/engine/reference.h"
#include "tests/support/models.h"

namespace linnet::test {
namespace {

class StepChecker {
 public:
  StepChecker(const std::vector<uint8_t>& file, int height, int width, uint32_t seed)
      : model_(file),
        open_(model_, sized(height, width)),
        session_(open_.internals()),
        input_(random_input(height, width, seed)),
        reference_(model_.data(), height, width, input_.data()),
        random_(seed) {
    Tensor& in = session_.tensors[0];
    const std::vector<double>& values = reference_.tensor(0).values;
    if (in.dtype == format::kS8) {
      std::copy(values.begin(), values.end(), static_cast<int8_t*>(in.data));
    } else {
      std::copy(values.begin(), values.end(), static_cast<float*>(in.data));
    }
  }

  void run() {
    for (int i = 0; i < session_.step_count && !::testing::Test::HasFatalFailure(); ++i) {
      const Step& step = session_.steps[i];
      if (step.op == nullptr) continue;  // part of the one before
      SCOPED_TRACE("step " + std::to_string(i) + ", " + format::op_traits(step.node->op)->name);
      const double limit = tolerance(step);
      const std::vector<uint8_t> before(open_.arena(), open_.arena() + open_.bytes());
      run_in_pieces(step);
      reference_.step(i);
      if (step.fused.node != nullptr) {
        reference_.step(i + 1);
        ++fused_;
      }
      const View& written = step.fused.node != nullptr ? step.fused.out : step.out;
      compare_output(written, limit);
      check_rest_is_untouched(written, before);
    }
  }
  int fused() const { return fused_; }

 private:
  // Rounding grows with what the step reads.
  double tolerance(const Step& step) {
    if (step.in_type == format::kS8 || step.out_type == format::kS8) return 0;
    double limit = 1e-5;
    for (int k = 0; k < step.node->operand_count; ++k) {
      double largest = 1;
      for (int i = 0; i < step.in[k].count; ++i) {
        for (const double x : reference_.tensor(step.in[k].segments[i].tensor).values) {
          largest = std::max(largest, std::abs(x));
        }
      }
      limit *= largest;
    }
    return limit;
  }

  void run_in_pieces(const Step& step) {
    const int items = step.op->items(step);
    std::set<int> cuts = {0, items};
    for (int i = 0; i < 3; ++i) {
      cuts.insert(std::uniform_int_distribution<int>(0, items)(random_));
    }
    std::vector<std::pair<int, int>> pieces;
    for (auto cut = cuts.begin(); std::next(cut) != cuts.end(); ++cut) {
      pieces.emplace_back(*cut, *std::next(cut));
    }
    std::shuffle(pieces.begin(), pieces.end(), random_);
    for (const auto& [begin, end] : pieces) {
      std::memset(session_.scratch, 0xFF, session_.scratch_bytes);
      step.op->run(session_, step, begin, end, session_.scratch);
    }
  }

  // Compares, and lets the reference go on with the engine's values, so that errors do not add up.
  void compare_output(const View& written, double limit) {
    for (int i = 0; i < written.count; ++i) {
      const format::Segment& s = written.segments[i];
      const Tensor& got = session_.tensors[s.tensor];
      Map& want = reference_.tensor(s.tensor);
      ASSERT_EQ(got.height, want.height);
      ASSERT_EQ(got.width, want.width);
      for (int y = 0; y < got.height; ++y) {
        for (int x = 0; x < got.width; ++x) {
          for (int c = s.channel; c < s.channel + s.channels; ++c) {
            const double value = got.dtype == format::kS8 ? *pixel<int8_t>(got, y, x, c)
                                                          : *pixel<float>(got, y, x, c);
            ASSERT_NEAR(value, want.at(y, x, c), limit)
                << "tensor " << s.tensor << " y " << y << " x " << x << " channel " << c;
            want.at(y, x, c) = value;
          }
        }
      }
    }
  }

  void check_rest_is_untouched(const View& written, std::vector<uint8_t> before) {
    const auto accept = [&](const void* memory, size_t bytes) {
      const auto* first = static_cast<const uint8_t*>(memory);
      std::copy_n(first, bytes, before.begin() + (first - open_.arena()));
    };
    accept(session_.scratch, session_.scratch_bytes);
    for (int i = 0; i < written.count; ++i) {
      const format::Segment& s = written.segments[i];
      const Tensor& t = session_.tensors[s.tensor];
      for (int p = 0; p < t.height * t.width; ++p) {
        accept(pixel_bytes(t, 0, p, s.channel), s.channels * element_bytes(t.dtype));
      }
    }
    const auto [left, right] = std::mismatch(before.begin(), before.end(), open_.arena());
    ASSERT_EQ(left, before.end()) << "wrote byte " << left - before.begin() << " of the arena";
  }

  VerifiedModel model_;
  OpenSession open_;
  SessionState& session_;
  std::vector<float> input_;
  Reference reference_;
  std::mt19937 random_;
  int fused_ = 0;
};

class RandomModels : public ::testing::TestWithParam<int> {};

TEST_P(RandomModels, EveryStepMatchesTheReference) {
  constexpr uint32_t kModelsPerTest = 40;
  for (uint32_t i = 0; i < kModelsPerTest && !HasFatalFailure(); ++i) {
    const uint32_t seed = static_cast<uint32_t>(GetParam()) * kModelsPerTest + i;
    SCOPED_TRACE("seed " + std::to_string(seed));
    const RandomModel random = make_random_model(seed);
    StepChecker(random.file, random.height, random.width, seed).run();
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomModels, ::testing::Range(0, 10));

// The generator reaches every operator; otherwise the test above would prove nothing.
TEST(RandomModels, CoverEveryOperator) {
  std::set<std::string> seen;
  int several_outputs = 0, several_inputs = 0, enlarged = 0;
  for (uint32_t seed = 0; seed < 400; ++seed) {
    const VerifiedModel model(make_random_model(seed).file);
    const ModelView view(model.data());
    for (int i = 0; i < view.node_count(); ++i) {
      const format::Node& node = view.node(i);
      seen.insert(format::op_traits(node.op)->name);
      several_outputs += node.output_segments > 1;
      several_inputs += node.operand_segments[0] > 1;
      const View in = view.operand(node, 0);
      for (int s = 0; s < in.count; ++s) enlarged += in.segments[s].upsample_shift != 0;
    }
  }
  EXPECT_EQ(seen.size(), std::size(format::kOpTraits));
  EXPECT_GT(several_outputs, 400);
  EXPECT_GT(several_inputs, 400);
  EXPECT_GT(enlarged, 100);
}

// A convolution, the step that may run inside it, and heads.
std::vector<uint8_t> pair_model(bool pool, const WindowSpec& window_of_next, bool split_output) {
  ModelBuilder b;
  b.native_size(128, 96).max_stride(8);
  const int wide = b.tensor("wide", 24), next = b.tensor("next", 24);
  b.conv(b.whole(0), b.whole(wide), window(3, 1, 1), {Activation::relu, 0});
  const ViewSpec out =
      split_output ? ViewSpec{segment(next, 5, 19), segment(next, 0, 5)} : b.whole(next);
  if (pool) {
    b.max_pool(b.whole(wide), out, window_of_next);
  } else {
    b.dwconv(b.whole(wide), out, window_of_next, {Activation::silu, 0});
  }
  for (int stride = 2; stride <= 8; stride *= 2) {
    const int head = b.tensor("head" + std::to_string(stride), 6);
    // The last pixel of the other tensor matters too: all of it is read.
    b.conv(b.whole(0), b.whole(head), window(stride, stride));
    b.head(head, stride, {{10, 20}});
  }
  const int sink = b.tensor("sink", 4);
  b.conv(b.whole(next), b.whole(sink), window(1));
  return b.build();
}

TEST(FusedPairs, MatchTheReference) {
  const WindowSpec windows[] = {window(3, 2, 1), window(3, 1, 1), window(5, 2, 2),
                                window(2, 2),    window(5, 1, 0), window(1, 3)};
  for (const bool pool : {true, false}) {
    for (const WindowSpec& w : windows) {
      for (const bool split : {true, false}) {
        SCOPED_TRACE(std::string(pool ? "pool " : "depthwise ") + std::to_string(w.kernel_h) +
                     " s" + std::to_string(w.stride_h) + (split ? " split" : ""));
        StepChecker checker(pair_model(pool, w, split), 128, 96, 11);
        checker.run();
        EXPECT_EQ(checker.fused(), 1);
      }
    }
  }
}

// The same pair whole and in its parts gives the same bits; what it writes does not overlap what it
// reads, although neither outlives its step.
TEST(FusedPairs, SameBitsForAnyNumberOfThreads) {
  const VerifiedModel model(pair_model(false, window(3, 1, 1), false));
  const std::vector<float> input = random_input(128, 96, 4);
  std::vector<std::vector<float>> results;
  for (const int threads : {1, 2, 16}) {
    host::ThreadPool pool(threads);
    linnet_config config = sized(128, 96);
    config.threads = threads;
    config.parallel_for = host::ThreadPool::parallel_for;
    config.pool = &pool;
    const OpenSession session(model, config);
    ASSERT_EQ(linnet_run(session.get(), input.data(), nullptr), LINNET_OK);
    const Tensor& sink = session.internals().tensors[6];
    const auto* values = static_cast<const float*>(sink.data);
    results.emplace_back(values, values + 128 * 96 * 4);
  }
  EXPECT_EQ(results[0], results[1]);
  EXPECT_EQ(results[0], results[2]);
}

TEST(EveryOpModel, EveryStepMatchesTheReference) {
  const std::vector<uint8_t> file = every_op_model().build();
  for (const auto& [height, width] : {std::pair(64, 64), {32, 32}, {96, 160}, {320, 32}}) {
    SCOPED_TRACE(std::to_string(height) + "x" + std::to_string(width));
    StepChecker(file, height, width, 7).run();
  }
}

// Objectness first skips only cells without a box: the same boxes, bit for bit.
TEST(ObjectnessFirst, SameBoxesAsFromAllLogits) {
  size_t boxes_seen = 0;
  for (uint32_t seed = 0; seed < 60; ++seed) {
    const RandomModel random = make_random_model(seed);
    const VerifiedModel model(seed % 2 == 0 ? random.file : every_op_model().build());
    const int height = seed % 2 == 0 ? random.height : 96,
              width = seed % 2 == 0 ? random.width : 64;
    const OpenSession session(model, sized(height, width));
    linnet_config without_heads = sized(height, width);
    without_heads.flags = LINNET_DETECT_ONLY;
    const OpenSession small(model, without_heads, 0xA5);
    EXPECT_LE(small.bytes(), session.bytes());
    EXPECT_EQ(linnet_run(small.get(), nullptr, nullptr), LINNET_INVALID_ARGUMENT);
    const std::vector<float> input = random_input(height, width, seed);
    for (const float confidence : {0.0f, 0.05f, 0.25f, 0.3f, 0.5f, 1.0f}) {
      linnet_detect_options options = linnet_detect_options_default();
      options.confidence = confidence;
      options.multi_label = seed % 3 == 0;
      std::vector<linnet_box> all(300), fast(300);
      size_t all_count = 0, fast_count = 0;
      ASSERT_EQ(linnet_run(session.get(), input.data(), nullptr), LINNET_OK);
      ASSERT_EQ(linnet_decode(session.get(), &options, all.data(), 300, &all_count), LINNET_OK);
      ASSERT_EQ(
          linnet_detect_input(session.get(), input.data(), &options, fast.data(), 300, &fast_count),
          LINNET_OK);
      ASSERT_EQ(fast_count, all_count) << "seed " << seed << " confidence " << confidence;
      ASSERT_EQ(std::memcmp(fast.data(), all.data(), all_count * sizeof(linnet_box)), 0);
      ASSERT_EQ(
          linnet_detect_input(small.get(), input.data(), &options, fast.data(), 300, &fast_count),
          LINNET_OK);
      ASSERT_EQ(fast_count, all_count);
      ASSERT_EQ(std::memcmp(fast.data(), all.data(), all_count * sizeof(linnet_box)), 0);
      boxes_seen += all_count;
      // There are no whole heads to decode.
      EXPECT_EQ(linnet_decode(session.get(), &options, all.data(), 300, &all_count),
                LINNET_INVALID_ARGUMENT);
    }
  }
  EXPECT_GT(boxes_seen, 500u);
}

// A mask of instruction sets takes effect: every family's kernel is one that the mask allows.
TEST(CpuFeatures, PortableCodeCanBeForced) {
  const VerifiedModel model(every_op_model().build());
  linnet_config config = sized(64, 64);
  config.cpu_features = LINNET_CPU_PORTABLE;
  const OpenSession portable(model, config);
  const OpenSession best(model, sized(64, 64));
  int others = 0;
  for (int i = 0; i < portable.internals().step_count; ++i) {
    const Step& step = portable.internals().steps[i];
    if (step.op == nullptr || step.node->op != format::k_conv2d) continue;
    const auto* kernel = static_cast<const IgemmF32Variant*>(step.kernel);
    EXPECT_EQ(kernel->features, 0u) << kernel->name;
    others += step.kernel != best.internals().steps[i].kernel;
  }
  if (linnet_cpu_features() != 0) {
    EXPECT_GT(others, 0) << "without a mask a faster kernel runs";
  }
}

// Infinities and NaN in the input are the caller's business: every step runs to its end.
TEST(EveryOpModel, TakesAnyInput) {
  const VerifiedModel model(every_op_model().build());
  const OpenSession session(model, sized(64, 64));
  std::vector<float> input = random_input(64, 64, 1);
  const float odd[] = {INFINITY, -INFINITY, NAN, 3e38f, -3e38f, 1e-42f};
  for (size_t i = 0; i < input.size(); i += 97) input[i] = odd[i % std::size(odd)];
  linnet_tensor heads[LINNET_HEADS];
  ASSERT_EQ(linnet_run(session.get(), input.data(), heads), LINNET_OK);
  std::vector<linnet_box> boxes(300);
  size_t count = 0;
  linnet_detect_options options = linnet_detect_options_default();
  options.confidence = 0;
  ASSERT_EQ(linnet_decode(session.get(), &options, boxes.data(), boxes.size(), &count), LINNET_OK);
  for (size_t i = 0; i < count; ++i) {
    EXPECT_TRUE(boxes[i].x1 >= 0 && boxes[i].x1 <= boxes[i].x2 && boxes[i].x2 <= 64);
    EXPECT_TRUE(boxes[i].y1 >= 0 && boxes[i].y1 <= boxes[i].y2 && boxes[i].y2 <= 64);
    EXPECT_TRUE(boxes[i].score > 0 && boxes[i].score <= 1);
  }
}

}  // namespace
}  // namespace linnet::test
