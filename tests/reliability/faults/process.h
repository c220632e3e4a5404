// Programs run by the tests.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

namespace linnet::test {

struct Command {
  std::vector<std::string> words;        // the program's path first
  std::string folder;                    // it runs there
  std::string out, err;                  // files that get standard output and standard error
  std::vector<std::string> environment;  // "NAME=value", besides what there is
};

struct Outcome {
  int status = -1;  // of exit; -1 if a signal ended it
  int signal = 0;
};

// Runs from construction until wait() returns; SIGALRM ends it after a minute.
class Process {
 public:
  explicit Process(const Command& command);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  void kill() const;  // -9
  Outcome wait();

 private:
  pid_t id_;
};

Outcome run(const Command& command);

}  // namespace linnet::test
