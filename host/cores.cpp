#include "host/cores.h"

#include <sched.h>

#include <algorithm>
#include <thread>

#include "host/file.h"
#include "linnet/linnet.h"

namespace linnet::host {
namespace {

// In any unit; 0 if unknown.
std::vector<double> speeds(const std::vector<int>& cores, const std::string& root) {
  for (const char* const file : {"/cpu_capacity", "/cpufreq/cpuinfo_max_freq"}) {
    std::vector<double> found;
    for (const int core : cores) {
      found.push_back(number_in(root + "/cpu" + std::to_string(core) + file));
    }
    if (std::count(found.begin(), found.end(), 0.0) == 0) return found;
  }
  return std::vector<double>(cores.size(), 0);
}

}  // namespace

std::vector<int> usable_cores() {
  std::vector<int> cores;
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) {
    for (int i = 0; i < CPU_SETSIZE; ++i) {
      if (CPU_ISSET(i, &set)) cores.push_back(i);
    }
  }
  const int count = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  for (int i = 0; cores.empty() && i < count; ++i) cores.push_back(i);
  return cores;
}

std::vector<int> fast_cores(const std::vector<int>& cores, const std::string& root) {
  const std::vector<double> speed = speeds(cores, root);
  const double fastest = cores.empty() ? 0 : *std::max_element(speed.begin(), speed.end());
  std::vector<int> fast;
  for (size_t i = 0; i < cores.size(); ++i) {
    if (speed[i] >= 0.75 * fastest) fast.push_back(cores[i]);
  }
  return fast;
}

bool use_cores(const std::vector<int>& cores) {
  cpu_set_t set;
  CPU_ZERO(&set);
  for (const int core : cores) CPU_SET(core, &set);
  return sched_setaffinity(0, sizeof set, &set) == 0;
}

int settle_on_cores(int threads) {
  const std::vector<int> usable = usable_cores();
  const std::vector<int> fast = fast_cores(usable);
  const int count = static_cast<int>(fast.size());
  if (threads == 0) threads = std::min(count, LINNET_MAX_THREADS);
  // Who asks for more threads than there are fast cores wants the others too. A refusal is no harm.
  if (threads <= count && fast.size() < usable.size()) use_cores(fast);
  return threads;
}

}  // namespace linnet::host
