#include "tests/reliability/faults/sweep.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>

namespace linnet::test {
namespace {

constexpr uint64_t kFullCalls = 500;
constexpr double kFullSeconds = 20;  // on an idle machine
constexpr size_t kMaxProblems = 5;

// Numbers of calls: the first third one after the other, the rest spread.
std::vector<uint64_t> numbers_to_try(uint64_t calls, uint64_t limit) {
  std::vector<uint64_t> numbers;
  const uint64_t first = calls <= limit ? calls : limit / 3;
  for (uint64_t i = 1; i <= first; ++i) numbers.push_back(i);
  if (first == calls) return numbers;
  const uint64_t others = limit - first, left = calls - first;
  for (uint64_t i = 1; i <= others; ++i) numbers.push_back(first + left * i / others);
  return numbers;
}

uint64_t limit_for(const Stage& stage) {
  const auto quick = static_cast<uint64_t>(stage.scenario().quick_attempts);
  if (!full_mode()) return quick;
  return std::max(kFullCalls, static_cast<uint64_t>(kFullSeconds / stage.seconds()));
}

}  // namespace

Sweep sweep(const Stage& stage, faults::Fault fault, Extent extent, const std::string& reason) {
  Sweep result;
  stage.prepare(false);
  result.calls = stage.run({.fault = fault}).calls;
  for (const uint64_t number : numbers_to_try(result.calls, limit_for(stage))) {
    const bool old_files = result.tried++ % 2 == 0;
    stage.prepare(old_files);
    const uint64_t last = extent == Extent::alone ? number : UINT64_MAX;
    const Attempt attempt = stage.run({.fault = fault, .first = number, .last = last});
    const std::string problem = stage.broken_promise(attempt, reason);
    // With threads, or old files, there may be fewer calls than in the run that counted.
    size_t* const how = attempt.failed == 0           ? &result.fewer_calls
                        : attempt.outcome.status == 0 ? &result.went_on
                                                      : &result.errors;
    ++*how;
    if (problem.empty()) continue;
    result.problems.push_back("call " + std::to_string(number) + " (" + attempt.function +
                              (old_files ? ", old files" : "") + "): " + problem);
    if (result.problems.size() == kMaxProblems) break;
  }
  return result;
}

void report(const Stage& stage, const char* what, const Sweep& sweep) {
  std::printf("%s, %s: %llu calls, %zu tried: %zu error lines, %zu went on, %zu not reached\n",
              stage.scenario().name.c_str(), what, static_cast<unsigned long long>(sweep.calls),
              sweep.tried, sweep.errors, sweep.went_on, sweep.fewer_calls);
  for (const std::string& problem : sweep.problems) ADD_FAILURE() << problem;
}

}  // namespace linnet::test
