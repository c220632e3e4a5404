// Reads and writes that fail or do less than asked for.
#include <gtest/gtest.h>

#include <cstdio>

#include "host/file.h"
#include "tests/reliability/faults/sweep.h"

namespace linnet::test {
namespace {

using faults::Fault;

std::string name_of(const testing::TestParamInfo<Scenario>& info) {
  return info.param.name;
}

class Files : public testing::TestWithParam<Scenario> {};

TEST_P(Files, EachCallFails) {
  const Stage stage(GetParam());
  report(stage, "EIO", sweep(stage, Fault::io_error, Extent::alone, ""));
  report(stage, "EIO from here on", sweep(stage, Fault::io_error, Extent::and_all_after, ""));
  // A file that ends too early is not taken for a short one.
  report(stage, "end of file", sweep(stage, Fault::end_of_file, Extent::alone, ""));
}

TEST_P(Files, TheDiskIsFull) {
  if (GetParam().outputs.empty()) return;  // nothing is written
  const Stage stage(GetParam());
  for (const Extent extent : {Extent::alone, Extent::and_all_after}) {
    const Sweep done = sweep(stage, Fault::disk_full, extent, "No space left on device");
    EXPECT_EQ(done.went_on, 0u);
    report(stage, extent == Extent::alone ? "ENOSPC" : "ENOSPC from here on", done);
  }
}

// Nothing is lost: the same bytes come out.
TEST_P(Files, CallsAreInterruptedOrShort) {
  const Stage stage(GetParam());
  for (const Fault fault : {Fault::interrupted, Fault::short_count}) {
    const char* const what = fault == Fault::interrupted ? "EINTR" : "short";
    const Sweep done = sweep(stage, fault, Extent::alone, "");
    EXPECT_EQ(done.errors, 0u);
    report(stage, what, done);
    // Every call cannot be interrupted: the program would try for ever.
    const uint32_t every = fault == Fault::interrupted ? 2 : 1;
    stage.prepare(false);
    const Attempt attempt =
        stage.run({.fault = fault, .first = 1, .last = UINT64_MAX, .every = every});
    EXPECT_EQ(attempt.outcome.status, 0);
    EXPECT_GT(attempt.failed, 0u);
    EXPECT_EQ(stage.broken_promise(attempt, ""), "") << what;
  }
}

INSTANTIATE_TEST_SUITE_P(Faults, Files, testing::ValuesIn(scenarios()), name_of);

// stdio writes by ways that the library cannot see: a device that is always full stands for it.
TEST(StandardOutput, ThatIsFullIsAnError) {
  int programs = 0;
  for (const Scenario& scenario : scenarios()) {
    if (scenario.name == "bench" || scenario.name == "bench_accuracy") continue;  // print nothing
    SCOPED_TRACE(scenario.name);
    const Stage stage(scenario);
    stage.prepare(true);
    const Attempt attempt = stage.run({.fault = Fault::io_error}, "/dev/full");
    EXPECT_EQ(attempt.outcome.status, 1);
    EXPECT_EQ(stage.broken_promise(attempt, "cannot write to standard output"), "");
    ++programs;
  }
  std::printf("standard output is full: %d command lines, an error line each\n", programs);
}

// ulimit -f: a signal, if nobody asked not to get it.
TEST(SizeLimit, OfFilesIsAnError) {
  for (const Scenario& scenario : scenarios()) {
    if (scenario.outputs.empty()) continue;
    SCOPED_TRACE(scenario.name);
    const Stage stage(scenario);
    stage.prepare(true);
    Command command = stage.command();
    const std::vector<std::string> shell = {"/bin/sh", "-c", "ulimit -f 1; exec \"$@\"", "sh"};
    command.words.insert(command.words.begin(), shell.begin(), shell.end());
    Attempt attempt;
    attempt.outcome = run(command);
    const std::vector<uint8_t> err = host::read_file(command.err);
    attempt.err.assign(err.begin(), err.end());
    EXPECT_EQ(attempt.outcome.status, 1);
    EXPECT_EQ(stage.broken_promise(attempt, "File too large"), "");
  }
}

}  // namespace
}  // namespace linnet::test
