// How far a long loop is, for who looks at the terminal.
#pragma once

#include <chrono>
#include <mutex>
#include <string>

#include "host/progress.h"

namespace linnet::host {

// "[#########---------] 40/80 name, 3 s left" on a line of standard error that is gone afterwards;
// nothing if that is no terminal. Safe to call from any thread.
class ProgressBar {
 public:
  ProgressBar(std::string name, size_t total);
  void show(size_t done);
  // Some work learns on the way how much there is. More done than `total` counts as all done.
  void show(size_t done, size_t total);

 private:
  using Clock = std::chrono::steady_clock;

  void draw(size_t done);

  Progress progress_;
  std::string name_;
  size_t total_;
  std::mutex mutex_;
  size_t shown_ = 0;
  Clock::time_point begin_ = Clock::now(), next_ = begin_;
};

// The line without colour or cursor: what show() prints.
std::string progress_line(const std::string& name, size_t done, size_t total, double seconds);

}  // namespace linnet::host
