// Any number of threads gives the same bits, and a session serves one caller at a time.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <numeric>
#include <random>
#include <thread>

#include "host/thread_pool.h"
#include "tests/engine/open_session.h"
#include "tests/engine/random_model.h"
#include "tests/support/models.h"

namespace linnet::test {
namespace {

using host::ThreadPool;

// Not parallel at all: items in random order, each by a random worker.
struct ShuffledLoop {
  std::mt19937 random{1};
  int threads = 1;

  static void parallel_for(void* pool, int count, linnet_task task, void* context) {
    auto& self = *static_cast<ShuffledLoop*>(pool);
    std::vector<int> order(static_cast<size_t>(count));
    std::iota(order.begin(), order.end(), 0);
    std::shuffle(order.begin(), order.end(), self.random);
    for (const int i : order) {
      task(context, i, std::uniform_int_distribution<int>(0, self.threads - 1)(self.random));
    }
  }
};

// All that a run leaves in the arena, and the heads.
struct Outcome {
  std::vector<uint8_t> activations;
  std::vector<float> heads;
};

Outcome outcome_of_run(const VerifiedModel& model, const linnet_config& config,
                       const std::vector<float>& input) {
  const OpenSession session(model, config);
  linnet_tensor heads[LINNET_HEADS];
  EXPECT_EQ(linnet_run(session.get(), input.data(), heads), LINNET_OK);
  Outcome outcome{{session.activations(), session.activations() + session.activation_bytes()}, {}};
  for (const linnet_tensor& head : heads) {
    for (int i = 0; head.data != nullptr && i < head.height * head.width; ++i) {
      const float* pixel = head.data + static_cast<size_t>(i) * head.pixel_stride;
      outcome.heads.insert(outcome.heads.end(), pixel, pixel + head.channels);
    }
  }
  return outcome;
}

bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

// What any threads leave is what one thread leaves that does the steps one after another, in the
// same places: a hook keeps steps apart that would run as a group.
void expect_same_bits(const std::vector<uint8_t>& file, int height, int width) {
  const VerifiedModel model(file);
  const std::vector<float> input = random_input(height, width, 3);
  linnet_config config = sized(height, width);
  const Outcome one = outcome_of_run(model, config, input);
  for (const int threads : {2, 3, 4}) {
    SCOPED_TRACE(std::to_string(threads) + " threads");
    ShuffledLoop loop;
    loop.threads = threads;
    config.threads = threads;
    config.parallel_for = ShuffledLoop::parallel_for;
    config.pool = &loop;
    config.on_step = [](void*, int) {};
    const Outcome want = outcome_of_run(model, config, input);
    EXPECT_TRUE(same_bits(want.heads, one.heads));
    config.on_step = nullptr;
    EXPECT_TRUE(outcome_of_run(model, config, input).activations == want.activations);
    ThreadPool pool(threads);
    config.parallel_for = ThreadPool::parallel_for;
    config.pool = &pool;
    EXPECT_TRUE(outcome_of_run(model, config, input).activations == want.activations);
  }
}

TEST(Threads, EveryOpModelGivesTheSameBits) {
  const std::vector<uint8_t> file = every_op_model().build();
  expect_same_bits(file, 64, 64);
  expect_same_bits(file, 32, 352);
  expect_same_bits(file, 320, 320);
}

TEST(Threads, Int8ModelGivesTheSameBits) {
  const std::vector<uint8_t> file = int8_model().build();
  expect_same_bits(file, 64, 64);
  expect_same_bits(file, 32, 352);
}

int longest_group(const RandomModel& random, int threads) {
  ShuffledLoop loop;
  linnet_config config = sized(random.height, random.width);
  config.threads = threads;
  config.parallel_for = ShuffledLoop::parallel_for;
  config.pool = &loop;
  const OpenSession session(VerifiedModel(random.file), config);
  int longest = 0;
  for (int i = 0; i < session.internals().step_count; ++i) {
    longest = std::max(longest, session.internals().steps[i].group_steps);
  }
  return longest;
}

TEST(Threads, RandomModelsGiveTheSameBits) {
  int with_groups = 0;
  for (uint32_t seed = 0; seed < 200 && !HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    const RandomModel random = make_random_model(seed);
    EXPECT_EQ(longest_group(random, 1), 1);
    with_groups += longest_group(random, 2) > 1;
    expect_same_bits(random.file, random.height, random.width);
  }
  EXPECT_GT(with_groups, 100);
}

TEST(Threads, ASessionInUseIsBusy) {
  struct Nested {
    linnet_session* session = nullptr;
    std::vector<linnet_status> seen;
  } nested;
  linnet_config config = sized(64, 64);
  config.threads = 2;
  config.pool = &nested;
  config.parallel_for = [](void* pool, int count, linnet_task task, void* context) {
    auto& self = *static_cast<Nested*>(pool);
    if (self.seen.empty()) {
      linnet_box box;
      size_t boxes = 0;
      const uint8_t grey = 0;
      const linnet_image image{LINNET_GREY, 1, 1, {&grey, nullptr}, {0, 0}};
      self.seen = {linnet_run(self.session, nullptr, nullptr),
                   linnet_letterbox(self.session, &image),
                   linnet_decode(self.session, nullptr, &box, 1, &boxes),
                   linnet_detect(self.session, &image, nullptr, &box, 1, &boxes)};
    }
    for (int i = 0; i < count; ++i) task(context, i, 0);
  };
  const VerifiedModel model(every_op_model().build());
  const OpenSession session(model, config);
  nested.session = session.get();
  const std::vector<float> input = random_input(64, 64, 3);
  EXPECT_EQ(linnet_run(session.get(), input.data(), nullptr), LINNET_OK);
  EXPECT_EQ(nested.seen, std::vector<linnet_status>(4, LINNET_BUSY));
  EXPECT_EQ(linnet_run(session.get(), input.data(), nullptr), LINNET_OK);
}

// Two sessions of one model at the same time.
TEST(Threads, SessionsAreIndependent) {
  const VerifiedModel model(every_op_model().build());
  const std::vector<float> inputs[] = {random_input(64, 64, 1), random_input(64, 64, 2)};
  std::vector<uint8_t> want[2], got[2];
  for (size_t i = 0; i < 2; ++i) {
    want[i] = outcome_of_run(model, sized(64, 64), inputs[i]).activations;
  }
  std::vector<std::thread> threads;
  for (size_t i = 0; i < 2; ++i) {
    threads.emplace_back(
        [&, i] { got[i] = outcome_of_run(model, sized(64, 64), inputs[i]).activations; });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(got[0], want[0]);
  EXPECT_EQ(got[1], want[1]);
}

struct Tally {
  explicit Tally(size_t items) : runs(items) {}
  std::vector<std::atomic<int>> runs;
  std::atomic<int> in_use[LINNET_MAX_THREADS] = {};
  std::atomic<bool> overlapped = false;
  std::atomic<int> highest_worker = 0;

  static void count(void* context, int index, int worker) {
    auto& self = *static_cast<Tally*>(context);
    if (++self.in_use[worker] != 1) self.overlapped = true;
    ++self.runs[static_cast<size_t>(index)];
    for (int seen = self.highest_worker; worker > seen;) {
      self.highest_worker.compare_exchange_weak(seen, worker);
    }
    --self.in_use[worker];
  }
};

TEST(ThreadPool, RunsEveryItemOnce) {
  for (const int threads : {1, 2, 4, 7}) {
    ThreadPool pool(threads);
    EXPECT_EQ(pool.threads(), threads);
    for (int round = 0; round < 500; ++round) {
      const int items = round % 23;
      Tally tally(static_cast<size_t>(items));
      pool.run(items, Tally::count, &tally);
      for (const auto& runs : tally.runs) ASSERT_EQ(runs, 1);
      ASSERT_FALSE(tally.overlapped);
      ASSERT_LT(tally.highest_worker, threads);
    }
  }
}

TEST(ThreadPool, RefusesOddThreadCounts) {
  EXPECT_THROW(ThreadPool(0), std::runtime_error);
  EXPECT_THROW(ThreadPool(-1), std::runtime_error);
  EXPECT_THROW(ThreadPool(LINNET_MAX_THREADS + 1), std::runtime_error);
}

}  // namespace
}  // namespace linnet::test
