#include "tests/reliability/faults/stage.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <new>
#include <stdexcept>

#include "host/file.h"

namespace linnet::test {
namespace {

namespace fs = std::filesystem;
using faults::Control;

const std::string kOld = "old\n";

std::string text_of(const std::string& path) {
  const std::vector<uint8_t> bytes = host::read_file(path);
  return {bytes.begin(), bytes.end()};
}

// Takes out what stands between `begin` and `end`.
void blank(std::string* text, const std::string& begin, const std::string& end) {
  for (size_t at = 0; (at = text->find(begin, at)) != std::string::npos;) {
    at += begin.size();
    text->erase(at, std::min(text->find(end, at), text->size()) - at);
  }
}

// Without times.
std::string normalised(std::string text) {
  blank(&text, "\"times_ms\": {", "}");
  blank(&text, "boxes; letterbox", "\n");
  return text;
}

// The file that the program and the test map.
class SharedControl {
 public:
  SharedControl(const std::string& path, const Injection& injection) {
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC, 0600);
    void* memory = MAP_FAILED;
    if (file >= 0 && ::ftruncate(file, sizeof(Control)) == 0) {
      memory = ::mmap(nullptr, sizeof(Control), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    }
    if (file >= 0) ::close(file);
    if (memory == MAP_FAILED) throw std::runtime_error("cannot map " + path);
    control_ = new (memory) Control{};
    control_->fault = injection.fault;
    control_->every = injection.every;
    control_->first = injection.first;
    control_->last = injection.last;
  }
  ~SharedControl() { ::munmap(control_, sizeof(Control)); }
  SharedControl(const SharedControl&) = delete;
  SharedControl& operator=(const SharedControl&) = delete;
  const Control* operator->() const { return control_; }

 private:
  Control* control_;
};

}  // namespace

bool full_mode() {
  const char* const mode = std::getenv("LINNET_RELIABILITY");
  return mode != nullptr && std::string(mode) == "full";
}

Stage::Stage(const Scenario& scenario) : scenario_(scenario) {
  fs::create_directory(folder_ / "inputs");
  make_inputs(scenario, folder_ / "inputs");
  for (int i = 0; i < 2; ++i) {  // the second is the faster
    prepare(false);
    const auto begin = std::chrono::steady_clock::now();
    const Attempt attempt = run({.fault = faults::Fault::out_of_memory});
    seconds_ = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    if (attempt.outcome.status != 0 || !attempt.err.empty()) {
      throw std::runtime_error(scenario_.name + " fails without a fault: " + attempt.err);
    }
    reference_out_ = normalised(attempt.out);
  }
  for (const Output& output : scenario_.outputs) {
    reference_[output.name] = normalised(text_of(path(output.name)));
  }
}

void Stage::prepare(bool old_files) const {
  fs::remove_all(folder_ / "run");
  fs::create_directory(folder_ / "run");
  if (!old_files) return;
  for (const Output& output : scenario_.outputs) {
    fs::create_directories(fs::path(path(output.name)).parent_path());
    host::write_text_atomically(path(output.name), kOld);
  }
}

Command Stage::command() const {
  return {.words = words_of(scenario_, folder_ / "inputs"),
          .folder = folder_ / "run",
          .out = folder_ / "out",
          .err = folder_ / "err",
          .environment = {}};
}

Attempt Stage::run(const Injection& injection, const std::string& out) const {
  const std::string control_path = folder_ / "control";
  const SharedControl control(control_path, injection);
  Command with_faults = command();
  if (!out.empty()) with_faults.out = out;
  with_faults.environment = {std::string("LD_PRELOAD=") + LINNET_FAULTS_LIBRARY,
                             std::string(faults::kControlVariable) + "=" + control_path};
  Attempt attempt;
  attempt.outcome = test::run(with_faults);
  attempt.calls = control->calls;
  attempt.failed = control->failed;
  attempt.function = control->function;
  if (out.empty()) attempt.out = text_of(with_faults.out);
  attempt.err = text_of(with_faults.err);
  return attempt;
}

bool Stage::is_complete(const Output& output, const std::string& text) const {
  if (!output.ending.empty()) return text.ends_with(output.ending);
  return normalised(text) == reference_.at(output.name);
}

bool Stage::complete() const {
  return std::all_of(scenario_.outputs.begin(), scenario_.outputs.end(), [&](const Output& output) {
    return fs::exists(path(output.name)) && is_complete(output, text_of(path(output.name)));
  });
}

bool Stage::is_temporary(const std::string& name) const {
  constexpr size_t kSuffix = 7;
  return std::any_of(scenario_.outputs.begin(), scenario_.outputs.end(), [&](const Output& output) {
    return name.size() == output.name.size() + kSuffix && name.starts_with(output.name + ".");
  });
}

std::string Stage::damage(bool temporaries) const {
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder_ / "run")) {
    if (entry.is_directory()) continue;
    const std::string name = fs::relative(entry.path(), folder_ / "run").string();
    const auto output = std::find_if(scenario_.outputs.begin(), scenario_.outputs.end(),
                                     [&](const Output& o) { return o.name == name; });
    if (output == scenario_.outputs.end()) {
      if (temporaries && is_temporary(name)) continue;
      return name + " was left behind";
    }
    const std::string text = text_of(entry.path());
    if (text == kOld || (!output->without_picture.empty() && text == output->without_picture)) {
      continue;
    }
    if (!is_complete(*output, text)) return name + " is half written";
  }
  return "";
}

int Stage::temporary_files() const {
  int count = 0;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder_ / "run")) {
    if (is_temporary(fs::relative(entry.path(), folder_ / "run").string())) ++count;
  }
  return count;
}

std::string Stage::error_line_problem(const std::string& err, const std::string& reason) const {
  if (err.empty()) return "no error line";
  if (err.back() != '\n') return "the error line has no end: " + err;
  if (std::count(err.begin(), err.end(), '\n') > scenario_.max_error_lines) {
    return "more than one error line: " + err;
  }
  const std::string begin = "linnet-" + scenario_.words[0].substr(1) + ": ";
  for (size_t at = 0; at < err.size(); at = err.find('\n', at) + 1) {
    if (err.compare(at, begin.size(), begin) != 0) return "not an error line: " + err;
  }
  if (err.find("std::") != std::string::npos) return "an error line for programmers: " + err;
  // A thread needs memory too; pthread_create() does not say which of the two lacks.
  if (reason == "out of memory" && err.find("cannot start a thread") != std::string::npos)
    return "";
  return err.find(reason) == std::string::npos ? "expected '" + reason + "' in: " + err : "";
}

std::string Stage::broken_promise(const Attempt& attempt, const std::string& reason) const {
  const Outcome& outcome = attempt.outcome;
  if (outcome.signal == SIGALRM) return "it did not end";
  if (outcome.signal != 0) return "signal " + std::to_string(outcome.signal) + ": " + attempt.err;
  if (std::string problem = damage(false); !problem.empty()) return problem;
  if (outcome.status == 1) return error_line_problem(attempt.err, reason);
  if (outcome.status != 0) return "status " + std::to_string(outcome.status) + ": " + attempt.err;
  if (!attempt.err.empty()) return "success, but it says " + attempt.err;
  if (!complete()) return "success, but an output is not as without a fault";
  if (!scenario_.prints_times && normalised(attempt.out) != reference_out_) {
    return "success, but standard output is not as without a fault: " + attempt.out;
  }
  return "";
}

std::vector<Scenario> scenarios_if(const std::function<bool(const Scenario&)>& wanted) {
  std::vector<Scenario> some;
  std::copy_if(scenarios().begin(), scenarios().end(), std::back_inserter(some), wanted);
  return some;
}

}  // namespace linnet::test
