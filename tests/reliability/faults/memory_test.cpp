// Allocations and threads that the system refuses: the programs end with one line, or get by.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/reliability/faults/sweep.h"

namespace linnet::test {
namespace {

using faults::Fault;

std::string name_of(const testing::TestParamInfo<Scenario>& info) {
  return info.param.name;
}

class Memory : public testing::TestWithParam<Scenario> {};

TEST_P(Memory, EachAllocationFails) {
  const Stage stage(GetParam());
  for (const Extent extent : {Extent::alone, Extent::and_all_after}) {
    const Sweep done = sweep(stage, Fault::out_of_memory, extent, "out of memory");
    EXPECT_GT(done.errors, 0u);
    report(stage, extent == Extent::alone ? "one allocation" : "no memory from here on", done);
  }
}

INSTANTIATE_TEST_SUITE_P(Faults, Memory, testing::ValuesIn(scenarios()), name_of);

class Threads : public testing::TestWithParam<Scenario> {};

TEST_P(Threads, EachThreadIsRefused) {
  const Stage stage(GetParam());
  for (const Extent extent : {Extent::alone, Extent::and_all_after}) {
    const Sweep done = sweep(stage, Fault::no_thread, extent, "cannot start a thread");
    EXPECT_GT(done.calls, 0u);
    EXPECT_EQ(done.went_on, 0u);
    report(stage, extent == Extent::alone ? "one thread" : "no thread from here on", done);
  }
}

bool has_threads(const Scenario& scenario) {
  const auto option = std::find(scenario.words.begin(), scenario.words.end(), "--threads");
  return option != scenario.words.end() && *(option + 1) != "1";
}

INSTANTIATE_TEST_SUITE_P(Faults, Threads, testing::ValuesIn(scenarios_if(has_threads)), name_of);

}  // namespace
}  // namespace linnet::test
