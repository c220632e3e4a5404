// What runs, on a line of the terminal that is gone afterwards.
#pragma once

#include <unistd.h>

#include <cstdio>
#include <string>

namespace linnet::host {

// Silent if standard error is not a terminal.
class Progress {
 public:
  Progress() : on_(isatty(STDERR_FILENO) != 0) {}
  ~Progress() { show(""); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  void show(const std::string& text) const {
    if (on_) std::fprintf(stderr, "\r\033[K%s", text.c_str());
  }

 private:
  bool on_;
};

}  // namespace linnet::host
