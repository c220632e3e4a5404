#include "bench/measurement.h"

namespace linnet::bench {
namespace {

constexpr int kFewestRuns = 3;

}  // namespace

Measurement::Measurement(const Network& of, const RunnerOptions& options)
    : network(of.name()),
      type(of.type()),
      size(options.size),
      threads(options.threads),
      mode(options.mode),
      file_bytes(of.file_bytes()) {}

std::string Measurement::name() const {
  return network + "/" + std::to_string(size.height) + "x" + std::to_string(size.width) + "/" +
         type + "/threads:" + std::to_string(threads) + (mode == Mode::raw_heads ? "/raw" : "");
}

Measurement measure(const Network& network, const RunnerOptions& options, const Plan& plan,
                    const std::string& input) {
  Runner runner(network, options);
  runner.set_input(input);
  Measurement result(network, options);
  result.arena_bytes = runner.arena_bytes();
  for (int i = 0; i < plan.warmup; ++i) runner.run();
  const Clock::time_point begin = Clock::now();
  for (int i = 0; i < plan.runs; ++i) {
    result.samples.push_back(time_of([&] { result.boxes = runner.run(); }));
    if (i + 1 >= kFewestRuns && plan.is_late(begin)) break;
  }
  return result;
}

}  // namespace linnet::bench
