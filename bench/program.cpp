#include "bench/program.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <thread>

#include "bench/accuracy/program.h"
#include "bench/kernels.h"
#include "bench/measurement.h"
#include "bench/profile.h"
#include "bench/report.h"
#include "bench/scaling.h"
#include "host/cores.h"
#include "host/file.h"
#include "host/isa.h"
#include "host/program.h"
#include "host/progress.h"

namespace linnet::bench {
namespace {

const std::vector<host::Option> kOptions = {
    {"--model", "FILE.lnt", "this model; without it the built-in networks with random weights"},
    {"--network", "LIST",
     "built-in networks: v5lite-e, s, c, g; v5lite-e-int8, s-int8, g-int8 (e and s, both types)"},
    {"--size", "LIST", "input sizes HxW or N (160x128,320,416,640)"},
    {"--threads", "LIST", "numbers of threads (1 and all cores)"},
    {"--warmup", "N", "runs before those that count (3)"},
    {"--runs", "N", "runs that count (30)"},
    {"--max-secs", "S", "end a case after so long (3; no limit if --runs is given)"},
    {"--cooldown", "S", "rest between cases (0)"},
    {"--cpu-mask", "HEX", "use only these cores: F0 is cores 4 to 7"},
    {"--filter", "TEXT", "only cases whose name contains this"},
    {"--raw-heads", nullptr, "compute all logits, not only those of cells with an object"},
    {"--input", "FILE", "a picture or a .npy file [1,3,H,W] in place of the built-in pattern"},
    {"--profile", nullptr, "time, MAC and bytes of every layer"},
    {"--scaling", nullptr,
     "speed-up of threads, against loops of multiply-adds that share nothing"},
    {"--kernels", nullptr, "micro-benchmarks of the kernels; words after it filter"},
    {"--seconds", "S", "shortest time for one kernel (0.1)"},
    {"--format", "FORMAT", "text, md, json or csv (text)"},
    {"--out", "FILE", "write the results there"},
    {"--html", "FILE.html", "a page with the table, bars of the layers and the arena"},
    {"--compare", "OLD.json", "what became faster or slower than in that file"},
    {"--help", nullptr, "this text"},
};

struct Case {
  size_t network;
  RunnerOptions options;
};

class Program {
 public:
  explicit Program(const host::Args& args) : args_(args) {
    if (args.has("--cpu-mask")) set_cpu_mask(args.text("--cpu-mask", ""));
    features_ = host::cpu_features_from_environment();
    plan_.warmup = args.integer("--warmup", 3, 0, 1 << 20);
    plan_.runs = args.integer("--runs", 30, 1, 1 << 20);
    plan_.max_seconds = args.number("--max-secs", args.has("--runs") ? 0 : 3, 0, 86400);
    plan_.cooldown_seconds = args.number("--cooldown", 0, 0, 3600);
    format_ = args.text("--format", "text");
    if (format_ != "text" && format_ != "md" && format_ != "json" && format_ != "csv") {
      throw host::UsageError("--format: expected text, md, json or csv, found '" + format_ + "'");
    }
    load_networks();
    plan_cases();
  }

  int run() {
    if (args_.has("--profile")) return run_profiles();
    if (args_.has("--scaling")) return run_scaling();
    report_.facts = static_facts(features_);
    report_.before = condition_now();
    const host::Progress progress;
    for (size_t i = 0; i < cases_.size(); ++i) {
      if (i > 0) rest();
      const Case& c = cases_[i];
      progress.show("case " + std::to_string(i + 1) + " of " + std::to_string(cases_.size()));
      report_.measurements.push_back(
          measure(networks_[c.network], c.options, plan_, args_.text("--input", "")));
    }
    progress.show("");
    report_.after = condition_now();
    report_.warnings = warnings(report_.before, report_.after);
    write(formatted_report());
    if (args_.has("--compare")) {
      std::printf("%s", compare(report_, args_.text("--compare", "")).c_str());
    }
    if (args_.has("--html")) write_html();
    return 0;
  }

 private:
  void load_networks() {
    if (args_.has("--model")) {
      networks_.push_back(Network::from_file(args_.text("--model", "")));
      return;
    }
    const std::string names =
        args_.text("--network", "v5lite-e,v5lite-e-int8,v5lite-s,v5lite-s-int8");
    for (const std::string& name : host::split_list(names)) {
      networks_.push_back(Network::builtin(name));
    }
  }

  std::vector<int> thread_counts() const {
    std::vector<int> counts;
    for (const std::string& text : host::split_list(args_.text("--threads", ""))) {
      char* end = nullptr;
      const long n = std::strtol(text.c_str(), &end, 10);
      if (*end != 0 || n < 1 || n > LINNET_MAX_THREADS) {
        throw host::UsageError("--threads: expected numbers from 1 to 64, found '" + text + "'");
      }
      counts.push_back(static_cast<int>(n));
    }
    const bool chosen = args_.has("--cpu-mask");
    if (!counts.empty()) {
      if (!chosen) host::settle_on_cores(*std::max_element(counts.begin(), counts.end()));
      return counts;
    }
    const int all = chosen ? std::min(core_count(), LINNET_MAX_THREADS) : host::settle_on_cores(0);
    return all == 1 ? std::vector<int>{1} : std::vector<int>{1, all};
  }

  std::vector<host::Size> sizes() const {
    // A model of one's own runs at its own size.
    const std::string fallback = args_.has("--model") ? "" : "160x128,320,416,640";
    std::vector<host::Size> list;
    for (const std::string& text : host::split_list(args_.text("--size", fallback))) {
      list.push_back(host::parse_size("--size", text));
    }
    if (list.empty()) {
      list.push_back({networks_[0].info().native_height, networks_[0].info().native_width});
    }
    return list;
  }

  void plan_cases() {
    const std::string filter = args_.text("--filter", "");
    for (size_t n = 0; n < networks_.size(); ++n) {
      for (const host::Size& size : sizes()) {
        for (const int threads : thread_counts()) {
          Case c;
          c.network = n;
          c.options.size = size;
          c.options.threads = threads;
          c.options.mode = args_.has("--raw-heads") ? Mode::raw_heads : Mode::detect;
          c.options.cpu_features = features_;
          const std::string name = Measurement(networks_[n], c.options).name();
          if (name.find(filter) != std::string::npos) cases_.push_back(c);
        }
      }
    }
    if (cases_.empty()) throw host::UsageError("--filter: no case is called so: '" + filter + "'");
  }

  int run_profiles() {
    std::string text;
    for (const Case& c : cases_) {
      text += to_text(profile(networks_[c.network], c.options, plan_, args_.text("--input", "")));
      text += '\n';
    }
    write(text);
    return 0;
  }

  int run_scaling() {
    std::string text;
    for (const Case& c : cases_) {
      if (c.options.threads == 1) continue;  // part of every other
      text += to_text(scaling(networks_[c.network], c.options, plan_, args_.text("--input", "")));
    }
    if (text.empty()) throw host::UsageError("--scaling: expected more than one thread, found 1");
    write(text);
    return 0;
  }

  std::string formatted_report() const {
    if (format_ == "json") return to_json(report_);
    if (format_ == "md") return to_markdown(report_);
    return format_ == "csv" ? to_csv(report_) : to_text(report_);
  }

  void write(const std::string& text) const {
    if (!args_.has("--out")) {
      std::printf("%s", text.c_str());
      return;
    }
    host::write_text_atomically(args_.text("--out", ""), text);
  }

  // The page shows the layers of the first case of each network.
  void write_html() {
    std::vector<Profile> profiles;
    size_t next = 0;
    for (const Case& c : cases_) {
      if (c.network != next) continue;
      ++next;
      profiles.push_back(
          profile(networks_[c.network], c.options, plan_, args_.text("--input", "")));
    }
    host::write_text_atomically(args_.text("--html", ""), to_html(report_, profiles));
  }

  void rest() const {
    if (plan_.cooldown_seconds > 0) {
      std::this_thread::sleep_for(std::chrono::duration<double>(plan_.cooldown_seconds));
    }
  }

  const host::Args& args_;
  uint32_t features_ = 0;
  Plan plan_;
  std::string format_;
  std::vector<Network> networks_;
  std::vector<Case> cases_;
  Report report_;
};

int run(int argc, const char* const* argv) {
  if (argc > 1 && std::string(argv[1]) == "accuracy") return accuracy::run(argc - 1, argv + 1);
  const host::Args args(argc, argv, kOptions);
  if (args.has("--help")) {
    std::printf(
        "usage: linnet-bench [options]\n       linnet-bench --kernels [FILTER...]\n"
        "       linnet-bench accuracy --help\n\n"
        "Times YOLOv5-Lite networks on this machine. Alone it needs no files.\n"
        "LINNET_ISA=scalar|neon|avx2|avx512 forces an instruction set.\n\n%s",
        host::options_help(kOptions).c_str());
    return 0;
  }
  if (args.has("--kernels")) {
    return run_kernels(args.positional(), args.number("--seconds", 0.1, 0.001, 3600));
  }
  if (!args.positional().empty()) {
    throw host::UsageError("expected options only, found '" + args.positional()[0] +
                           "'; a model goes with --model");
  }
  return Program(args).run();
}

}  // namespace

int run_program(int argc, const char* const* argv) {
  return host::run_reporting("linnet-bench", stdout, stderr, [&] { return run(argc, argv); });
}

}  // namespace linnet::bench
