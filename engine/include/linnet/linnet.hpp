// Thin C++ wrapper around linnet.h: no exceptions, no allocation, nothing that the C API does not
// do.
#pragma once

#include "linnet/linnet.h"

namespace linnet {

// An open session; closes itself. Movable, not copyable.
class Session {
 public:
  Session() = default;
  ~Session() { linnet_close(session_); }
  Session(Session&& other) noexcept : session_(other.session_) { other.session_ = nullptr; }
  Session& operator=(Session&& other) noexcept {
    linnet_session* const mine = session_;
    session_ = other.session_;
    other.session_ = mine;
    return *this;
  }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  linnet_status open(const linnet_model& model, const linnet_config& config, void* arena,
                     size_t bytes) {
    linnet_close(session_);
    session_ = nullptr;
    return linnet_open(&model, &config, arena, bytes, &session_);
  }
  linnet_status letterbox(const linnet_image& image) { return linnet_letterbox(session_, &image); }
  linnet_status run(const float* input, linnet_tensor* heads) {
    return linnet_run(session_, input, heads);
  }
  linnet_status decode(const linnet_detect_options& options, linnet_box* boxes, size_t capacity,
                       size_t* count) {
    return linnet_decode(session_, &options, boxes, capacity, count);
  }
  linnet_status detect(const linnet_image& image, const linnet_detect_options& options,
                       linnet_box* boxes, size_t capacity, size_t* count) {
    return linnet_detect(session_, &image, &options, boxes, capacity, count);
  }
  linnet_status detect(const float* input, const linnet_detect_options& options, linnet_box* boxes,
                       size_t capacity, size_t* count) {
    return linnet_detect_input(session_, input, &options, boxes, capacity, count);
  }
  const linnet_error* error() const { return linnet_session_error(session_); }
  linnet_session* get() const { return session_; }

 private:
  linnet_session* session_ = nullptr;
};

}  // namespace linnet
