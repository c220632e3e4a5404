// Sessions for tests: a verified model, an arena of exactly the right size, an open session.
#pragma once

#include <cstdlib>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "engine/session.h"
#include "linnet/linnet.h"
#include "tests/support/model_builder.h"

namespace linnet::test {

inline std::string to_line(const linnet_error& error) {
  char text[512];
  linnet_error_format(&error, text, sizeof text);
  return text;
}

// A model file in memory that linnet_model_verify has accepted; throws if it does not.
class VerifiedModel {
 public:
  explicit VerifiedModel(const std::vector<uint8_t>& file) : file_(file) {
    if (linnet_model_verify(file_.data(), file_.size(), &model_) != LINNET_OK) {
      throw std::runtime_error(to_line(model_.error));
    }
  }
  const linnet_model* get() const { return &model_; }
  const void* data() const { return file_.data(); }

 private:
  AlignedBytes file_;
  linnet_model model_;
};

// Kernels: all, or with LINNET_ISA=scalar in the environment the portable ones.
inline linnet_config sized(int height, int width) {
  linnet_config config = linnet_config_default();
  const char* const isa = std::getenv("LINNET_ISA");
  if (isa != nullptr && std::strcmp(isa, "scalar") == 0) config.cpu_features = LINNET_CPU_PORTABLE;
  config.height = height;
  config.width = width;
  return config;
}

// The arena was filled with `poison` before it was opened. Throws if opening fails.
class OpenSession {
 public:
  OpenSession(const VerifiedModel& model, linnet_config config, int poison = 0xA5) {
    linnet_error error{};
    config.error = &error;
    if (linnet_arena_size(model.get(), &config, &bytes_) != LINNET_OK) {
      throw std::runtime_error(to_line(error));
    }
    arena_.reset(static_cast<uint8_t*>(std::aligned_alloc(LINNET_ALIGNMENT, bytes_)));
    std::memset(arena_.get(), poison, bytes_);
    if (linnet_open(model.get(), &config, arena_.get(), bytes_, &session_) != LINNET_OK) {
      throw std::runtime_error(to_line(error));
    }
  }
  linnet_session* get() const { return session_; }
  // The session as the engine sees it.
  SessionState& internals() const { return *reinterpret_cast<SessionState*>(session_); }
  uint8_t* arena() const { return arena_.get(); }
  size_t bytes() const { return bytes_; }
  std::string error() const { return to_line(*linnet_session_error(session_)); }

  // Where the tensors lie: the end of the arena, from the lowest tensor on.
  const uint8_t* activations() const {
    const Tensor* first = internals().tensors;
    for (int i = 1; i < internals().model.tensor_count(); ++i) {
      const Tensor& t = internals().tensors[i];
      if (t.data != nullptr && t.data < first->data) first = &t;
    }
    return reinterpret_cast<const uint8_t*>(first->data);
  }
  size_t activation_bytes() const {
    return bytes_ - static_cast<size_t>(activations() - arena_.get());
  }

 private:
  struct Free {
    void operator()(uint8_t* memory) const { std::free(memory); }
  };
  size_t bytes_ = 0;
  std::unique_ptr<uint8_t, Free> arena_;
  linnet_session* session_ = nullptr;
};

// A network input in [0, 1).
inline std::vector<float> random_input(int height, int width, uint32_t seed) {
  std::vector<float> input =
      random_floats(static_cast<size_t>(height) * static_cast<size_t>(width) * 3, 0.5f, seed);
  for (float& x : input) x += 0.5f;
  return input;
}

}  // namespace linnet::test
