#include "host/progress_bar.h"

#include "host/format.h"

namespace linnet::host {
namespace {

constexpr std::chrono::milliseconds kBetween{100};

}  // namespace

std::string progress_line(const std::string& name, size_t done, size_t total, double seconds) {
  constexpr size_t kCells = 30;
  if (done > total) done = total;
  const size_t filled = total == 0 ? kCells : kCells * done / total;
  const double left =
      done == 0 ? 0 : seconds / static_cast<double>(done) * static_cast<double>(total - done);
  const std::string cells = std::string(filled, '#') + std::string(kCells - filled, '-');
  return formatted("[%s] %zu/%zu %s, %.0f s left", cells.c_str(), done, total, name.c_str(), left);
}

ProgressBar::ProgressBar(std::string name, size_t total) : name_(std::move(name)), total_(total) {}

void ProgressBar::show(size_t done) {
  const std::lock_guard lock(mutex_);
  draw(done);
}

void ProgressBar::show(size_t done, size_t total) {
  const std::lock_guard lock(mutex_);
  total_ = total;
  draw(done);
}

void ProgressBar::draw(size_t done) {
  const Clock::time_point now = Clock::now();
  if (now < next_ || done < shown_) return;
  next_ = now + kBetween;
  shown_ = done;
  const double seconds = std::chrono::duration<double>(now - begin_).count();
  progress_.show(progress_line(name_, done, total_, seconds));
}

}  // namespace linnet::host
