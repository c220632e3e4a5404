// linnet-bench: micro-benchmarks of the kernels.
#include <chrono>
#include <cstdio>
#include <exception>

#include "bench/kernels.h"
#include "host/args.h"
#include "kernels/cpu_features.h"

namespace {

using linnet::bench::KernelCase;
using Clock = std::chrono::steady_clock;

const std::vector<linnet::host::Option> kOptions = {
    {"--kernels", nullptr, "every variant of every kernel on layer shapes of a v5lite-s"},
    {"--seconds", "S", "shortest time for one case (0.1)"},
    {"--help", nullptr, "this text"},
};

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
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

void print_case(const KernelCase& c, double budget) {
  std::printf("%-30s %-40s ", c.variant.c_str(), c.shape.c_str());
  std::fflush(stdout);
  if ((c.features & ~linnet::cpu_features_available()) != 0) {
    std::printf("this CPU lacks what it needs\n");
    return;
  }
  const double seconds = fastest(c.prepare(), budget);
  std::printf("%10.1f us %8.2f GB/s", seconds * 1e6, c.bytes / seconds * 1e-9);
  if (c.operations > 0) std::printf(" %8.2f GFLOP/s", c.operations / seconds * 1e-9);
  std::printf("\n");
}

int run(int argc, char** argv) {
  const linnet::host::Args args(argc, argv, kOptions);
  if (args.has("--help")) {
    std::printf(
        "usage: linnet-bench --kernels [FILTER...]\n\n"
        "Runs the cases whose variant and shape contain every FILTER.\n\n%s",
        linnet::host::options_help(kOptions).c_str());
    return 0;
  }
  if (!args.has("--kernels")) {
    throw linnet::host::UsageError("nothing to do: give --kernels (see --help)");
  }
  const double budget = args.number("--seconds", 0.1, 0.001, 3600);
  bool any = false;
  for (const KernelCase& c : linnet::bench::kernel_cases()) {
    if (!matches(c, args.positional())) continue;
    any = true;
    print_case(c, budget);
  }
  if (!any) throw linnet::host::UsageError("no kernel or shape matches; --kernels alone runs all");
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const linnet::host::UsageError& error) {
    std::fprintf(stderr, "linnet-bench: %s\n", error.what());
    return 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "linnet-bench: %s\n", error.what());
    return 1;
  }
}
