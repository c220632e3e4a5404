// Facts about the machine and the build, before and after a benchmark.
#pragma once

#include <string>
#include <vector>

namespace linnet::bench {

struct Fact {
  std::string name, value;
};

// What does not change: board, cores, features, kernels, compiler, commit.
std::vector<Fact> static_facts(uint32_t cpu_features);

// What does: governor, frequency, temperature, throttling, load, peak memory. Empty values are
// unknown here.
struct Condition {
  std::string governor;
  double megahertz = 0;
  double celsius = 0;
  double load = 0;
  long throttled = -1;  // Raspberry Pi's get_throttled; -1 unknown
  size_t peak_rss_bytes = 0;
};
Condition condition_now();
std::vector<Fact> facts_of(const Condition& condition);

// Why the figures should not be quoted; empty if nothing is wrong.
std::vector<std::string> warnings(const Condition& before, const Condition& after);

int core_count();
// Restricts the process to these cores. Throws host::UsageError if that is impossible.
void set_cpu_mask(const std::string& mask);

}  // namespace linnet::bench
