// A session that owns its arena and its threads; what goes wrong is an exception.
#pragma once

#include <cstdlib>
#include <memory>
#include <string>

#include "host/thread_pool.h"
#include "linnet/linnet.hpp"

namespace linnet::host {

// One line of what the library says.
std::string error_line(const linnet_error& error);
// Throws std::runtime_error: "name: line".
[[noreturn]] void fail(const std::string& name, const linnet_error& error);

class ArenaSession {
 public:
  // config: its threads, pool and error are set here. name: for messages. Throws
  // std::runtime_error.
  void open(const linnet_model& model, linnet_config config, int threads, const std::string& name);
  // Throws if a call on the session failed.
  void check(linnet_status status) const;

  Session* operator->() { return &session_; }
  linnet_session* get() const { return session_.get(); }
  const void* arena() const { return arena_.get(); }
  size_t arena_bytes() const { return arena_bytes_; }

 private:
  struct Free {
    void operator()(void* memory) const { std::free(memory); }
  };

  std::string name_;
  std::unique_ptr<ThreadPool> pool_;
  std::unique_ptr<void, Free> arena_;
  size_t arena_bytes_ = 0;
  Session session_;
};

}  // namespace linnet::host
