#include "host/arena_session.h"

#include <new>
#include <stdexcept>

namespace linnet::host {

std::string error_line(const linnet_error& error) {
  char text[512];
  linnet_error_format(&error, text, sizeof text);
  return text;
}

void fail(const std::string& name, const linnet_error& error) {
  throw std::runtime_error(name + ": " + error_line(error));
}

void ArenaSession::open(const linnet_model& model, linnet_config config, int threads,
                        const std::string& name) {
  name_ = name;
  linnet_error error{};
  config.error = &error;
  pool_ = std::make_unique<ThreadPool>(threads);
  config.threads = pool_->threads();
  config.parallel_for = ThreadPool::parallel_for;
  config.pool = pool_.get();
  if (linnet_arena_size(&model, &config, &arena_bytes_) != LINNET_OK) fail(name, error);
  constexpr size_t kAlignment = LINNET_ALIGNMENT;
  const size_t rounded = (arena_bytes_ + kAlignment - 1) / kAlignment * kAlignment;
  arena_.reset(std::aligned_alloc(kAlignment, rounded));
  if (arena_ == nullptr) throw std::bad_alloc();
  if (session_.open(model, config, arena_.get(), arena_bytes_) != LINNET_OK) fail(name, error);
}

void ArenaSession::check(linnet_status status) const {
  if (status != LINNET_OK) fail(name_, *session_.error());
}

}  // namespace linnet::host
