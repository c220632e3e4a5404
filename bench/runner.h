// One network at one size with some threads, ready to run again and again.
#pragma once

#include <string>
#include <vector>

#include "bench/network.h"
#include "host/arena_session.h"
#include "host/args.h"

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
  bool keeps_heads = false;  // the session has room for all logits although the mode needs none
  linnet_step_hook on_step = nullptr;
  void* on_step_context = nullptr;
};

// The input of a network: [height][width][3], 0..1.
using Input = std::vector<float>;

// A file that holds a tensor, not a picture.
inline bool is_tensor_file(const std::string& path) {
  return path.ends_with(".npy");
}

class Runner {
 public:
  Runner(const Network& network, const RunnerOptions& options);

  // Runs once on the input that was set; returns the number of boxes (0 for raw heads).
  size_t run();
  size_t arena_bytes() const { return session_.arena_bytes(); }
  const RunnerOptions& options() const { return options_; }
  linnet_session* session() const { return session_.get(); }
  const void* arena() const { return session_.arena(); }

  // path: a picture file, letterboxed, or a .npy file [1,3,H,W]. Empty: a picture that is the same
  // on every machine, of smooth areas, edges and noise.
  void set_input(const std::string& path);
  const Input& input() const { return input_; }

 private:
  void set_pattern();
  void set_tensor(const std::string& path);
  void set_picture(const std::string& path);

  Network network_;
  RunnerOptions options_;
  host::ArenaSession session_;
  Input input_;
  std::vector<linnet_box> boxes_;
};

}  // namespace linnet::bench
