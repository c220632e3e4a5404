// Which cores of a machine threads should run on. A loop that is divided into equal parts is as
// slow as the slowest core that takes part, so that the little cores of a big.LITTLE processor are
// best left out.
#pragma once

#include <string>
#include <vector>

namespace linnet::host {

// Numbers of the cores that this process may use, ascending; never empty.
std::vector<int> usable_cores();

// Those of `cores` that are at least three quarters as fast as the fastest, by the capacity that
// the kernel knows (cpu_capacity), else by the highest frequency; all of them where neither is
// known. root: where sysfs shows the cores; for tests.
std::vector<int> fast_cores(const std::vector<int>& cores,
                            const std::string& root = "/sys/devices/system/cpu");

// Restricts the calling thread, and threads that it will start, to `cores`; false if the system
// refuses.
bool use_cores(const std::vector<int>& cores);

// How many threads to use, at most LINNET_MAX_THREADS: `threads`, or one for each fast core if it
// is 0. If the fast cores suffice, the process is restricted to them.
int settle_on_cores(int threads);

}  // namespace linnet::host
