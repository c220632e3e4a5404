// What a session is made of. All of it lies in the caller's arena.
#pragma once

#include <atomic>

#include "engine/shapes.h"
#include "linnet/linnet.h"
#include "model/model_view.h"

namespace linnet {

struct Detection;
struct OpDesc;
struct SessionState;

struct Tensor {
  void* data = nullptr;  // NHWC, pixel stride = channels
  int height = 0, width = 0, channels = 0;
  format::DType dtype = format::kF32;
};

inline size_t element_bytes(format::DType dtype) {
  return dtype == format::kS8 ? 1 : sizeof(float);
}

// One node, ready to run. A step that runs inside the one before has no op.
struct Step {
  const OpDesc* op = nullptr;
  const format::Node* node = nullptr;
  View in[2], out;
  format::DType in_type = format::kF32, out_type = format::kF32;
  Extent in_extent, out_extent;  // of operand 0 (after upsampling) and of the output
  const void* weights = nullptr;
  const void* kernel = nullptr;  // the variant that the op chose, of the family's variant type
  bool whole_input = false;      // operand 0 is one tensor, all channels, not upsampled
  int head = -1;                 // the head that this convolution computes alone and whole
  int group_steps = 1;           // of the group that starts here, with the steps fused into them
  struct {                       // the step after this one, if it runs inside it
    const format::Node* node = nullptr;
    View out;
    Extent out_extent;
    const void* weights = nullptr;
    const void* kernel = nullptr;
  } fused;
};

// What the step leaves behind, with the step that runs inside it.
inline Extent rows_extent(const Step& step) {
  return step.fused.node != nullptr ? step.fused.out_extent : step.out_extent;
}
inline const View& output_of(const Step& step) {
  return step.fused.node != nullptr ? step.fused.out : step.out;
}

// A box before non-maximum suppression, in pixels of the network input.
struct Candidate {
  float x1, y1, x2, y2;
  float score;
  int32_t class_id;
  uint32_t order;  // position in head, row, column, anchor order: the last tie-break
};

// One column of the letterboxed picture: source columns and 11-bit weights.
struct LetterboxColumn {
  int32_t left, right;
  int16_t left_weight, right_weight;
};

struct SessionState {
  explicit SessionState(const void* file) : model(file) {}

  ModelView model;
  int height = 0, width = 0;
  int threads = 1;
  linnet_parallel_for parallel_for = nullptr;
  void* pool = nullptr;
  uint32_t cpu_features = 0;

  Tensor* tensors = nullptr;  // one per tensor of the model; 0 is the input
  Step* steps = nullptr;      // one per node
  int step_count = 0;
  const float* zeros = nullptr;  // as many as the longest run that a padding pixel stands for
  uint8_t* scratch = nullptr;    // scratch_bytes for each worker
  size_t scratch_bytes = 0;
  Candidate* candidates = nullptr;
  uint32_t max_candidates = 0;
  LetterboxColumn* columns = nullptr;  // width of them

  // How the last picture was placed: network = picture * gain + pad.
  float gain = 1, pad_x = 0, pad_y = 0;
  int picture_width = 0, picture_height = 0;
  bool has_input = false;  // a picture is letterboxed and not yet run; a run uses the input up
  bool has_heads = false;  // the heads are those of the last run

  // While a detection runs, the steps that make heads decode them and leave no logits behind. Null
  // in a raw run.
  Detection* detection = nullptr;
  int head_step[LINNET_HEADS] = {-1, -1, -1};  // the convolution that makes it alone; -1 if none
  bool has_head_tensors = true;

  linnet_step_hook on_step = nullptr;
  void* on_step_context = nullptr;

  linnet_error error{};
  std::atomic_flag busy = ATOMIC_FLAG_INIT;
};

// Marks a session as in use for the length of a call; `ok()` is false if it already was.
class SessionLock {
 public:
  explicit SessionLock(SessionState* session)
      : session_(session), ok_(!session->busy.test_and_set(std::memory_order_acquire)) {}
  ~SessionLock() {
    if (ok_) session_->busy.clear(std::memory_order_release);
  }
  SessionLock(const SessionLock&) = delete;
  SessionLock& operator=(const SessionLock&) = delete;
  bool ok() const { return ok_; }

 private:
  SessionState* session_;
  bool ok_;
};

// The steps of the API, on a locked session.
linnet_status letterbox(SessionState* session, const linnet_image& image);
void execute(SessionState* session);
linnet_status decode(SessionState* session, Detection* detection, linnet_box* boxes,
                     size_t capacity, size_t* count);

}  // namespace linnet
