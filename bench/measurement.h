// What is measured, and what came out.
#pragma once

#include <string>
#include <vector>

#include "bench/clock.h"
#include "bench/runner.h"
#include "bench/stats.h"

namespace linnet::bench {

struct Plan {
  int warmup = 3;
  int runs = 30;
  double max_seconds = 3;       // of a case, warm-up aside; at least 3 runs are done. 0: no limit
  double cooldown_seconds = 0;  // between cases

  // No clock is looked at if there is no limit.
  bool is_late(Clock::time_point begin) const {
    return max_seconds > 0 && milliseconds_since(begin) > max_seconds * 1e3;
  }
};

struct Measurement {
  Measurement() = default;
  // Of a case that has not run.
  Measurement(const Network& of, const RunnerOptions& options);

  std::string network, type;  // type: f32 or int8
  host::Size size;
  int threads = 1;
  Mode mode = Mode::detect;
  std::vector<double> samples;  // milliseconds
  size_t arena_bytes = 0;
  size_t file_bytes = 0;
  size_t boxes = 0;

  // "v5lite-s/320x320/f32/threads:1", with "/raw" at the end for raw heads.
  std::string name() const;
  Stats stats() const { return stats_of(samples); }
};

// Runs one case. input: a file (see Runner::set_input), empty for the pattern.
Measurement measure(const Network& network, const RunnerOptions& options, const Plan& plan,
                    const std::string& input);

}  // namespace linnet::bench
