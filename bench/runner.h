// One network at one size with some threads, ready to run again and again.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "bench/network.h"
#include "host/args.h"
#include "host/thread_pool.h"

namespace linnet::bench {

// What a run computes.
enum class Mode {
  detect,     // boxes, cells without an object skipped
  raw_heads,  // all logits
};

struct RunnerOptions {
  host::Size size;
  int threads = 1;
  Mode mode = Mode::detect;
  uint32_t cpu_features = 0;
  float confidence = 0.25f;
  linnet_step_hook on_step = nullptr;
  void* on_step_context = nullptr;
};

// The input of a network: [height][width][3], 0..1.
using Input = std::vector<float>;

class Runner {
 public:
  Runner(const Network& network, const RunnerOptions& options);

  // Runs once on the input that was set; returns the number of boxes (0 for raw heads).
  size_t run();
  size_t arena_bytes() const { return arena_bytes_; }
  const RunnerOptions& options() const { return options_; }
  linnet_session* session() const { return session_.get(); }
  const void* arena() const { return arena_.get(); }

  // A picture that is the same on every machine: smooth areas, edges, noise.
  void set_pattern();
  // A picture file, letterboxed, or a .npy file [1,3,H,W].
  void set_file(const std::string& path);
  const Input& input() const { return input_; }

 private:
  struct Free {
    void operator()(void* memory) const;
  };
  void check(linnet_status status) const;

  Network network_;
  RunnerOptions options_;
  std::unique_ptr<host::ThreadPool> pool_;
  std::unique_ptr<void, Free> arena_;
  size_t arena_bytes_ = 0;
  Session session_;
  Input input_;
  std::vector<linnet_box> boxes_;
};

}  // namespace linnet::bench
