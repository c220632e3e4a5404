#include "bench/program.h"

#include <cstdio>
#include <exception>

#include "bench/runner.h"
#include "host/isa.h"

namespace linnet::bench {
namespace {

const std::vector<host::Option> kOptions = {
    {"--model", "FILE", "a .lnt model; without it the built-in networks, random weights"},
    {"--size", "HxW", "input size"},
    {"--threads", "N", "threads"},
    {"--warmup", "N", "runs before those that count"},
    {"--runs", "N", "runs that count"},
    {"--raw-heads", nullptr, "compute all logits, not only those of cells with an object"},
    {"--input", "FILE", "a picture or a .npy file in place of the built-in pattern"},
    {"--help", nullptr, "this text"},
};

int run(int argc, const char* const* argv) {
  const host::Args args(argc, argv, kOptions);
  const Network network = args.has("--model") ? Network::from_file(args.text("--model", ""))
                                              : Network::builtin("v5lite-s");
  RunnerOptions options;
  options.size = host::parse_size("--size", args.text("--size", "320"));
  options.threads = args.integer("--threads", 1, 1, LINNET_MAX_THREADS);
  options.mode = args.has("--raw-heads") ? Mode::raw_heads : Mode::detect;
  options.cpu_features = host::cpu_features_from_environment();
  Runner runner(network, options);
  if (args.has("--input")) {
    runner.set_file(args.text("--input", ""));
  } else {
    runner.set_pattern();
  }
  const int total = args.integer("--warmup", 0, 0, 1 << 20) + args.integer("--runs", 1, 1, 1 << 20);
  size_t boxes = 0;
  for (int i = 0; i < total; ++i) boxes = runner.run();
  std::printf("%zu boxes, arena %zu bytes\n", boxes, runner.arena_bytes());
  return 0;
}

}  // namespace

int run_program(int argc, const char* const* argv) {
  try {
    return run(argc, argv);
  } catch (const host::UsageError& error) {
    std::fprintf(stderr, "linnet-bench: %s\n", error.what());
    return 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "linnet-bench: %s\n", error.what());
    return 1;
  }
}

}  // namespace linnet::bench
