// A scenario run again and again under faults, and what must hold each time.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "tests/reliability/faults/control.h"
#include "tests/reliability/faults/process.h"
#include "tests/reliability/faults/scenario.h"
#include "tests/support/temporary_folder.h"

namespace linnet::test {

// True if LINNET_RELIABILITY=full.
bool full_mode();

// Which calls fail: those numbered first to last that are a multiple of `every`.
struct Injection {
  faults::Fault fault;
  uint64_t first = 0, last = 0;
  uint32_t every = 1;
};

struct Attempt {
  Outcome outcome;
  uint64_t calls = 0, failed = 0;
  std::string function;  // the last that failed
  std::string out, err;  // what the program printed
};

class Stage {
 public:
  // Makes the inputs and runs once without faults; std::runtime_error if that fails.
  explicit Stage(const Scenario& scenario);

  // Puts old files where the outputs go, or nothing.
  void prepare(bool old_files) const;
  // Runs the scenario; `out` replaces the file that gets standard output.
  Attempt run(const Injection& injection, const std::string& out = "") const;
  // The process of a run without faults.
  Command command() const;

  // Empty if the program kept its promises, else what it did: it ended by itself; if it succeeded,
  // all is as without a fault; if not, it said so in one line, which holds `reason`, and no output
  // is half written; nothing else lies about.
  std::string broken_promise(const Attempt& attempt, const std::string& reason) const;
  // Of the outputs: each is old, complete or absent. temporaries: files with six more letters are
  // no harm.
  std::string damage(bool temporaries) const;
  // Complete outputs only.
  bool complete() const;
  int temporary_files() const;

  double seconds() const { return seconds_; }  // of a run without faults
  const Scenario& scenario() const { return scenario_; }

 private:
  std::string path(const std::string& output) const { return folder_ / ("run/" + output); }
  bool is_complete(const Output& output, const std::string& text) const;
  std::string error_line_problem(const std::string& err, const std::string& reason) const;
  bool is_temporary(const std::string& name) const;

  Scenario scenario_;
  TemporaryFolder folder_;
  std::map<std::string, std::string> reference_;  // normalised outputs
  std::string reference_out_;
  double seconds_ = 0;
};

// Tests with one case for each scenario that `wanted` names.
std::vector<Scenario> scenarios_if(const std::function<bool(const Scenario&)>& wanted);

}  // namespace linnet::test
