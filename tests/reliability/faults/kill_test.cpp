// Programs that are killed: the outputs are the old files, the new ones or none.
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <random>
#include <thread>

#include "tests/reliability/faults/stage.h"

namespace linnet::test {
namespace {

using faults::Fault;

std::string name_of(const testing::TestParamInfo<Scenario>& info) {
  return info.param.name;
}

// What was left behind is no harm to the next run.
void run_again(const Stage& stage) {
  const Attempt attempt = stage.run({.fault = Fault::killed});
  EXPECT_EQ(attempt.outcome.status, 0) << attempt.err;
  EXPECT_TRUE(stage.complete());
  EXPECT_EQ(stage.damage(true), "");
}

class Killed : public testing::TestWithParam<Scenario> {};

TEST_P(Killed, AtEachCallThatChangesFiles) {
  const Stage stage(GetParam());
  stage.prepare(false);
  const uint64_t calls = stage.run({.fault = Fault::killed}).calls;
  EXPECT_GT(calls, 4u);
  int left = 0;
  for (uint64_t call = 1; call <= calls; ++call) {
    for (const bool old_files : {false, true}) {
      stage.prepare(old_files);
      const Attempt attempt = stage.run({.fault = Fault::killed, .first = call, .last = call});
      EXPECT_EQ(attempt.outcome.signal, SIGKILL);
      EXPECT_EQ(stage.damage(true), "") << attempt.function << " is call " << call;
      left += stage.temporary_files();
      run_again(stage);
    }
  }
  std::printf("%s: %llu calls, killed at each with and without old files; %d temporary files\n",
              stage.scenario().name.c_str(), static_cast<unsigned long long>(calls), left);
}

TEST_P(Killed, AtRandomMoments) {
  const Stage stage(GetParam());
  const int kills = full_mode() ? 200 : 20;
  std::mt19937 random(1);
  for (const bool old_files : {false, true}) {
    int ended = 0, complete = 0, left = 0;
    for (int i = 0; i < kills; ++i) {
      // Every other in the last part, where files are written.
      const double from = i % 2 == 0 ? 0 : 0.7;
      std::uniform_real_distribution<double> moment(from * stage.seconds(), 1.1 * stage.seconds());
      stage.prepare(old_files);
      Process process(stage.command());
      std::this_thread::sleep_for(std::chrono::duration<double>(moment(random)));
      process.kill();
      ended += process.wait().signal == 0 ? 1 : 0;
      complete += stage.complete() ? 1 : 0;
      left += stage.temporary_files();
      ASSERT_EQ(stage.damage(true), "");
    }
    run_again(stage);
    std::printf("%s, %s old files: %d kills, %d too late; %d times new files, %d temporary files\n",
                stage.scenario().name.c_str(), old_files ? "with" : "without", kills, ended,
                complete, left);
  }
}

bool is_killed(const Scenario& scenario) {
  return scenario.name == "convert_onnx" || scenario.name == "convert_pt" ||
         scenario.name == "convert_int8" || scenario.name == "emit_c" ||
         scenario.name == "detect_save" || scenario.name == "bench_accuracy";
}

INSTANTIATE_TEST_SUITE_P(Faults, Killed, testing::ValuesIn(scenarios_if(is_killed)), name_of);

}  // namespace
}  // namespace linnet::test
