// A program run in the engine on pictures, for who wants to look at what its steps make.
#pragma once

#include <exception>
#include <functional>
#include <memory>
#include <vector>

#include "converter/ir/program.h"
#include "host/arena_session.h"
#include "host/file.h"
#include "host/image.h"

namespace linnet::converter {

struct RunOptions {
  int height = 0, width = 0;  // of the network's input; 0 = native
  int threads = 1;
};

// Called with where a long work is: "calibration", 3 of 16 done. May be empty.
using ProgressCall = std::function<void(const char* work, size_t done, size_t total)>;

// The logits of each head as they lie in memory, pixel by pixel.
using HeadValues = std::vector<std::vector<float>>;

class ProgramRun {
 public:
  // after_step: called after each step while what it made is still there; makes the run slower. May
  // be empty. What it throws comes out of run().
  ProgramRun(const Graph& graph, const Program& program, const RunOptions& options,
             std::function<void(size_t step)> after_step = {});
  ProgramRun(const ProgramRun&) = delete;
  ProgramRun& operator=(const ProgramRun&) = delete;

  // Letterboxed as in deployment. Throws std::runtime_error.
  void run(const host::Image& picture);

  linnet_tensor tensor(uint16_t index);
  HeadValues heads() const;  // of the last run

 private:
  static void on_step(void* self, int node) noexcept;

  host::AlignedFile file_;
  std::function<void(size_t step)> after_step_;
  std::exception_ptr error_;  // of after_step_
  host::ArenaSession session_;
  linnet_tensor heads_[LINNET_HEADS]{};
};

// At most `count` pictures, evenly spread over all of them.
std::vector<const host::Image*> spread(const std::vector<host::Image>& pictures, size_t count);

}  // namespace linnet::converter
