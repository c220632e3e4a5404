#include "tests/reliability/faults/process.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <stdexcept>

namespace linnet::test {
namespace {

constexpr unsigned kSecondsToLive = 60;
constexpr int kCannotStart = 127;

std::vector<char*> pointers_to(const std::vector<std::string>& words) {
  std::vector<char*> pointers;
  for (const std::string& word : words) pointers.push_back(const_cast<char*>(word.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

bool redirect(const std::string& path, int to) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  return file >= 0 && ::dup2(file, to) == to && ::close(file) == 0;
}

}  // namespace

Process::Process(const Command& command) {
  std::vector<std::string> environment = command.environment;
  for (char** entry = environ; *entry != nullptr; ++entry) environment.emplace_back(*entry);
  const std::vector<char*> words = pointers_to(command.words), variables = pointers_to(environment);
  id_ = ::fork();
  if (id_ < 0) throw std::runtime_error("cannot fork");
  if (id_ > 0) return;
  if (::chdir(command.folder.c_str()) == 0 && redirect(command.out, STDOUT_FILENO) &&
      redirect(command.err, STDERR_FILENO)) {
    ::alarm(kSecondsToLive);
    ::execve(words[0], words.data(), variables.data());
  }
  ::_exit(kCannotStart);
}

Process::~Process() {
  if (id_ <= 0) return;
  kill();
  (void)wait();
}

void Process::kill() const {
  ::kill(id_, SIGKILL);
}

Outcome Process::wait() {
  int state = 0;
  if (::waitpid(id_, &state, 0) != id_) throw std::runtime_error("cannot wait for a program");
  id_ = -1;
  Outcome outcome;
  if (WIFEXITED(state)) outcome.status = WEXITSTATUS(state);
  if (WIFSIGNALED(state)) outcome.signal = WTERMSIG(state);
  if (outcome.status == kCannotStart) throw std::runtime_error("cannot start a program");
  return outcome;
}

Outcome run(const Command& command) {
  Process process(command);
  return process.wait();
}

}  // namespace linnet::test
