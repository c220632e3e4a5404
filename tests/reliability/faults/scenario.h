// Command lines whose faults are tried.
#pragma once

#include <ostream>
#include <string>
#include <vector>

namespace linnet::test {

struct Output {
  std::string name;    // in the folder where the program runs
  std::string ending;  // of a file that holds times and so differs: what says that it is complete
  std::string without_picture = {};  // linnet-detect's list without the picture that failed
};

struct Scenario {
  std::string name;
  std::vector<std::string> words;  // "@x" is the file x of the inputs, "$x" the program linnet-x
  std::vector<Output> outputs = {};
  bool prints_times = false;  // on standard output
  int max_error_lines = 1;    // linnet-detect goes on after a picture that fails
  int quick_attempts = 45;    // of each kind of fault: fewer for what takes long
};

inline void PrintTo(const Scenario& scenario, std::ostream* out) {
  *out << scenario.name;
}

const std::vector<Scenario>& scenarios();

// Writes what scenarios have in common: the demo model, a small ncnn detector, small pictures,
// labels, and what the scenario wants of what the programs make of them.
void make_inputs(const Scenario& scenario, const std::string& folder);

// The command line in full.
std::vector<std::string> words_of(const Scenario& scenario, const std::string& inputs);

}  // namespace linnet::test
