// Decoding of a head's logits as in YOLOv5 (https://github.com/ultralytics/yolov5, Detect.forward).
#pragma once

#include "engine/candidates.h"
#include "kernels/activation_f32/exp.h"

namespace linnet {

struct HeadDecoder {
  const format::HeadRecord& record;
  const linnet_detect_options& options;
  int classes;
  float gate;  // objectness logits that are not above it cannot pass
  CandidateHeap* heap;

  // One anchor of one cell: logits x, y, w, h, objectness, classes.
  void decode(const float* logits, int y, int x, int anchor, uint32_t order) const {
    if (logits[4] > gate) decode_passed(logits, y, x, anchor, order);
  }

 private:
  LINNET_NOINLINE void decode_passed(const float* logits, int y, int x, int anchor,
                                     uint32_t order) const {
    const float objectness = sigmoid_f32(logits[4]);
    if (!(objectness > options.confidence)) return;
    Candidate box = make_box(logits, y, x, anchor, order);
    if (options.multi_label != 0) {
      for (int c = 0; c < classes; ++c) add(&box, c, objectness * sigmoid_f32(logits[5 + c]));
      return;
    }
    add_best(&box, objectness, logits + 5);
  }

  bool is_wanted(int c) const {
    return options.class_filter == nullptr || options.class_filter[c] != 0;
  }

  // Scores tie where the sigmoid saturates, so they are compared, not the logits; a sigmoid is only
  // computed for a logit that can win.
  void add_best(Candidate* box, float objectness, const float* logits) const {
    int best = -1;
    float best_score = 0;
    for (int c = 0; c < classes; ++c) {
      if (!is_wanted(c) || (best >= 0 && !(logits[c] > logits[best]))) continue;
      const float score = objectness * sigmoid_f32(logits[c]);
      if (best >= 0 && !(score > best_score)) continue;
      best = c;
      best_score = score;
    }
    if (best >= 0) add(box, best, best_score);
  }

  void add(Candidate* box, int class_id, float score) const {
    if (!(score > options.confidence) || !is_wanted(class_id)) return;
    box->class_id = class_id;
    box->score = score;
    heap->add(*box);
  }

  Candidate make_box(const float* logits, int y, int x, int anchor, uint32_t order) const {
    const auto stride = static_cast<float>(record.stride);
    const float centre_x = (sigmoid_f32(logits[0]) * 2 - 0.5f + static_cast<float>(x)) * stride;
    const float centre_y = (sigmoid_f32(logits[1]) * 2 - 0.5f + static_cast<float>(y)) * stride;
    const float w = sigmoid_f32(logits[2]) * 2;
    const float h = sigmoid_f32(logits[3]) * 2;
    const float half_w = w * w * record.anchors[anchor][0] / 2;
    const float half_h = h * h * record.anchors[anchor][1] / 2;
    return {
        centre_x - half_w, centre_y - half_h, centre_x + half_w, centre_y + half_h, 0, 0, order};
  }
};

// A detection that is running. Convolutions of heads hand their cells to it from any thread; what
// is kept does not depend on the order.
struct Detection {
  const linnet_detect_options& options;
  float gate;  // objectness logits that are not above it cannot pass
  CandidateHeap heap;
  std::atomic_flag is_locked = ATOMIC_FLAG_INIT;

  void lock() {
    while (is_locked.test_and_set(std::memory_order_acquire)) {
    }
  }
  void unlock() { is_locked.clear(std::memory_order_release); }
};

// The place of a head's first cell in Candidate::order.
inline uint32_t first_order_of_head(const SessionState& session, int head) {
  uint32_t order = 0;
  for (int i = 0; i < head; ++i) {
    const format::HeadRecord& record = session.model.head(i);
    const Tensor& t = session.tensors[record.tensor];
    order += static_cast<uint32_t>(t.height * t.width * record.anchor_count);
  }
  return order;
}

}  // namespace linnet
