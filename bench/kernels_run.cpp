#include <cstdio>

#include "bench/clock.h"
#include "bench/kernels.h"
#include "bench/profile.h"
#include "host/args.h"
#include "kernels/cpu_features.h"

namespace linnet::bench {
namespace {

double seconds_since(Clock::time_point start) {
  return milliseconds_since(start) * 1e-3;
}

// Seconds of the fastest of the repetitions that `budget` seconds allow; each lasts long enough for
// the clock. The fastest, since all that disturbs only adds.
double fastest(const std::function<void()>& run, double budget) {
  run();
  const auto start = Clock::now();
  run();
  const double once = seconds_since(start);
  const int repeat = once > 1e-4 ? 1 : static_cast<int>(1e-4 / (once + 1e-7)) + 1;
  double best = once;
  const auto begin = Clock::now();
  while (seconds_since(begin) < budget) {
    const auto lap = Clock::now();
    for (int i = 0; i < repeat; ++i) run();
    const double each = seconds_since(lap) / repeat;
    if (each < best) best = each;
  }
  return best;
}

bool matches(const KernelCase& c, const std::vector<std::string>& filters) {
  const std::string text = c.variant + " " + c.shape;
  for (const std::string& filter : filters) {
    if (text.find(filter) == std::string::npos) return false;
  }
  return true;
}

void print_case(const KernelCase& c, double budget, const Peaks& peaks) {
  std::printf("%-30s %-40s ", c.variant.c_str(), c.shape.c_str());
  std::fflush(stdout);
  if ((c.features & ~cpu_features_available()) != 0) {
    std::printf("this CPU lacks what it needs\n");
    return;
  }
  const double seconds = fastest(c.prepare(), budget);
  std::printf("%10.1f us %8.2f GB/s", seconds * 1e6, c.bytes / seconds * 1e-9);
  if (c.integer) {
    const double gmacs = c.operations / seconds * 0.5e-9;
    std::printf(" %8.2f GMAC/s  %5.1f %% of peak", gmacs, 100 * gmacs / peaks.int8_gmacs);
  } else if (c.operations > 0) {
    const double gflops = c.operations / seconds * 1e-9;
    std::printf(" %8.2f GFLOP/s %5.1f %% of peak", gflops, 50 * gflops / peaks.f32_gmacs);
  }
  std::printf("\n");
}

}  // namespace

int run_kernels(const std::vector<std::string>& filters, double seconds) {
  const Peaks peaks = measure_peaks(0, 1);
  std::printf("peak of this core, measured: %.1f GMAC/s f32 (%.1f GFLOP/s), %.1f GMAC/s int8\n",
              peaks.f32_gmacs, 2 * peaks.f32_gmacs, peaks.int8_gmacs);
  bool any = false;
  for (const KernelCase& c : kernel_cases()) {
    if (!matches(c, filters)) continue;
    any = true;
    print_case(c, seconds, peaks);
  }
  if (!any) throw host::UsageError("no kernel or shape matches; --kernels alone runs all");
  return 0;
}

}  // namespace linnet::bench
