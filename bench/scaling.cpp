#include "bench/scaling.h"

#include <algorithm>
#include <vector>

#include "host/format.h"
#include "host/isa.h"
#include "kernels/fma_peak/fma_peak.h"

namespace linnet::bench {
namespace {

// The same number of multiply-adds on each of the threads.
class Loops {
 public:
  Loops(uint32_t cpu_features, int threads, double milliseconds)
      : loop_(fma_peak_select(host::usable_cpu_features(cpu_features))), pool_(threads) {
    constexpr int kTrial = 100000;
    rounds_ = kTrial;
    const double trial = one();
    rounds_ = std::max(1, static_cast<int>(kTrial * milliseconds / trial));
  }

  double one() {
    return time_of([this] { run_one(this, 0, 0); });
  }
  double all() {
    return time_of([this] { pool_.run(pool_.threads(), run_one, this); });
  }

 private:
  static void run_one(void* context, int, int) {
    const auto& self = *static_cast<const Loops*>(context);
    volatile auto keep = self.loop_.function(self.rounds_);
    (void)keep;
  }

  const FmaPeakVariant& loop_;
  host::ThreadPool pool_;
  int rounds_;
};

}  // namespace

Scaling scaling(const Network& network, const RunnerOptions& options, const Plan& plan,
                const std::string& input) {
  RunnerOptions alone = options;
  alone.threads = 1;
  Runner one(network, alone), all(network, options);
  one.set_input(input);
  all.set_input(input);
  double milliseconds = 1;
  for (int i = 0; i <= plan.warmup; ++i) {
    milliseconds = time_of([&] { one.run(); });
    all.run();
  }
  Loops loops(options.cpu_features, options.threads, milliseconds / 2);
  loops.all();
  std::vector<double> one_ms, all_ms, one_loop, all_loops;
  const Clock::time_point begin = Clock::now();
  for (int i = 0; i < plan.runs; ++i) {
    one_ms.push_back(time_of([&] { one.run(); }));
    one_loop.push_back(loops.one());
    all_loops.push_back(loops.all());
    all.run();  // wakes the threads of this session
    all_ms.push_back(time_of([&] { all.run(); }));
    if (plan.is_late(begin)) break;
  }
  Scaling result;
  result.name = Measurement(network, options).name();
  result.threads = options.threads;
  result.one_ms = stats_of(one_ms).median;
  result.all_ms = stats_of(all_ms).median;
  result.loops = options.threads * stats_of(one_loop).median / stats_of(all_loops).median;
  return result;
}

std::string to_text(const Scaling& s) {
  return host::formatted(
      "%-32s 1 thread %8.2f ms   %2d threads %8.2f ms   speed-up %5.2f   independent loops %5.2f   "
      "%3.0f %% of that\n",
      s.name.c_str(), s.one_ms, s.threads, s.all_ms, s.speed_up(), s.loops,
      100 * s.speed_up() / s.loops);
}

}  // namespace linnet::bench
