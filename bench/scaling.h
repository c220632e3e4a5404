// How much faster a network gets with threads, against loops of multiply-adds that share nothing.
#pragma once

#include <string>

#include "bench/measurement.h"

namespace linnet::bench {

struct Scaling {
  std::string name;  // of the case
  int threads = 0;
  double one_ms = 0, all_ms = 0;  // the network with one thread and with `threads`: medians
  double loops = 0;  // the speed-up of independent loops: what this machine has to give

  double speed_up() const { return one_ms / all_ms; }
};

// One thread, `threads` threads and the loops on both take turns, so that what disturbs the machine
// disturbs all alike. options.threads: at least 2; plan: how many rounds.
Scaling scaling(const Network& network, const RunnerOptions& options, const Plan& plan,
                const std::string& input);
std::string to_text(const Scaling& scaling);

}  // namespace linnet::bench
