// Many sessions at once on one model. Run with ThreadSanitizer, too: tests/reliability/run --full.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "host/thread_pool.h"
#include "tests/reliability/amount.h"
#include "tests/reliability/detector.h"

namespace linnet::test {
namespace {

constexpr int kSessions = 8;

struct Case {
  Picture picture;
  std::vector<linnet_box> boxes;  // of a session alone
};

std::vector<Case> make_cases(const VerifiedModel& model, const linnet_config& config, int count) {
  const OpenSession session(model, config);
  std::vector<Case> cases;
  for (int i = 0; i < count; ++i) {
    Case made{random_picture(static_cast<uint32_t>(i), LINNET_RGB, 60 + i, 90 - i), {}};
    made.boxes = detect(session.get(), made.picture.image);
    cases.push_back(std::move(made));
  }
  return cases;
}

class Sessions : public testing::TestWithParam<linnet_type> {
 protected:
  const VerifiedModel model_{demo_file(GetParam())};
};

TEST_P(Sessions, EightOnOneModelGiveTheSameBits) {
  const std::vector<Case> cases = make_cases(model_, sized(96, 96), 16);
  const int runs = amount(400, 10000) / kSessions;
  std::atomic<int> right = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < kSessions; ++t) {
    threads.emplace_back([&, t] {
      // Every other session has threads of its own.
      // There are more threads than cores: they sleep between loops.
      host::ThreadPool pool(1 + t % 2, std::chrono::microseconds(0));
      linnet_config config = sized(96, 96);
      config.threads = pool.threads();
      config.parallel_for = host::ThreadPool::parallel_for;
      config.pool = &pool;
      const OpenSession session(model_, config);
      for (int i = 0; i < runs; ++i) {
        const Case& one = cases[static_cast<size_t>(i * 7 + t) % cases.size()];
        right += same_bits(detect(session.get(), one.picture.image), one.boxes);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right, runs * kSessions);
}

TEST_P(Sessions, AreOpenedAndClosedUnderLoad) {
  const std::vector<Case> cases = make_cases(model_, sized(64, 64), 8);
  const int runs = amount(40, 1000);
  std::atomic<int> right = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < kSessions; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < runs; ++i) {
        const Case& one = cases[static_cast<size_t>(i + t) % cases.size()];
        if (i % 3 == t % 3) {
          // Another size in between: its plan is another.
          const OpenSession other(model_, sized(32 + 32 * (i % 4), 96));
          linnet_close(other.get());
        }
        const OpenSession session(model_, sized(64, 64), i);
        right += same_bits(detect(session.get(), one.picture.image), one.boxes);
        linnet_close(session.get());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right, runs * kSessions);
}

// The session of one thread used by two: each call does all of its work or returns "busy".
TEST_P(Sessions, UseByTwoThreadsIsAnError) {
  const std::vector<Case> cases = make_cases(model_, sized(64, 64), 2);
  const OpenSession session(model_, sized(64, 64));
  std::atomic<int> busy = 0, done = 0, wrong = 0;
  const int runs = amount(200, 5000);
  const auto use = [&](const Case& one) {
    linnet_detect_options options = linnet_detect_options_default();
    options.confidence = 0.02f;
    std::vector<linnet_box> boxes(100);
    for (int i = 0; i < runs || (busy == 0 && i < 1000 * runs); ++i) {
      size_t count = 0;
      boxes.resize(100);
      switch (linnet_detect(session.get(), &one.picture.image, &options, boxes.data(), boxes.size(),
                            &count)) {
        case LINNET_OK:
          boxes.resize(count);
          ++done;
          wrong += !same_bits(boxes, one.boxes);
          break;
        case LINNET_BUSY:
          ++busy;
          break;
        default:
          ++wrong;
      }
    }
  };
  std::thread other(use, std::cref(cases[0]));
  use(cases[1]);
  other.join();
  EXPECT_GT(busy, 0);
  EXPECT_GT(done, 0);
  EXPECT_EQ(wrong, 0);
}

INSTANTIATE_TEST_SUITE_P(Types, Sessions, testing::Values(LINNET_F32, LINNET_S8),
                         [](const auto& type) { return type.param == LINNET_S8 ? "int8" : "f32"; });

}  // namespace
}  // namespace linnet::test
