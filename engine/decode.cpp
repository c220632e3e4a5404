// Raw heads to boxes: YOLOv5's decoding (https://github.com/ultralytics/yolov5, Detect.forward) and
// greedy class-aware non-maximum suppression.
#include "engine/error.h"
#include "engine/ops/conv_head.h"
#include "engine/session.h"
#include "kernels/activation_f32/exp.h"

namespace linnet {
namespace {

constexpr uint32_t kDefaultMaxBoxes = 300;

// True if a comes before b in the result: higher score, lower class, earlier cell.
bool better(const Candidate& a, const Candidate& b) {
  if (a.score != b.score) return a.score > b.score;
  if (a.class_id != b.class_id) return a.class_id < b.class_id;
  return a.order < b.order;
}

// The best `capacity` candidates in a binary heap with the worst on top.
class CandidateHeap {
 public:
  CandidateHeap(Candidate* items, uint32_t capacity) : items_(items), capacity_(capacity) {}

  void add(const Candidate& candidate) {
    if (size_ < capacity_) {
      sift_up(size_++, candidate);
    } else if (better(candidate, items_[0])) {
      sift_down(0, size_, candidate);
    }
  }

  // Orders the items best first; the heap is used up.
  uint32_t sort() {
    for (uint32_t end = size_; end > 1; --end) {
      const Candidate last = items_[end - 1];
      items_[end - 1] = items_[0];
      sift_down(0, end - 1, last);
    }
    return size_;
  }

 private:
  void sift_up(uint32_t hole, const Candidate& candidate) {
    while (hole > 0) {
      const uint32_t parent = (hole - 1) / 2;
      if (!better(items_[parent], candidate)) break;
      items_[hole] = items_[parent];
      hole = parent;
    }
    items_[hole] = candidate;
  }
  void sift_down(uint32_t hole, uint32_t size, const Candidate& candidate) {
    for (uint32_t child; (child = 2 * hole + 1) < size; hole = child) {
      if (child + 1 < size && better(items_[child], items_[child + 1])) ++child;
      if (!better(candidate, items_[child])) break;
      items_[hole] = items_[child];
    }
    items_[hole] = candidate;
  }

  Candidate* items_;
  uint32_t capacity_;
  uint32_t size_ = 0;
};

struct HeadDecoder {
  const format::HeadRecord& record;
  const linnet_detect_options& options;
  int classes;
  float gate;  // objectness logits that are not above it cannot pass
  CandidateHeap* heap;

  // One anchor of one cell: logits x, y, w, h, objectness, classes.
  void decode(const float* logits, int y, int x, int anchor, uint32_t order) const {
    if (!(logits[4] > gate)) return;
    const float objectness = sigmoid_f32(logits[4]);
    if (!(objectness > options.confidence)) return;
    Candidate box = make_box(logits, y, x, anchor, order);
    if (options.multi_label != 0) {
      for (int c = 0; c < classes; ++c) add(&box, c, objectness * sigmoid_f32(logits[5 + c]));
      return;
    }
    add_best(&box, objectness, logits + 5);
  }

 private:
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

uint32_t collect(SessionState* session, const linnet_detect_options& options) {
  CandidateHeap heap(session->candidates, session->max_candidates);
  const int classes = session->model.header().class_count;
  const float gate = objectness_gate(options.confidence);
  uint32_t order = 0;
  for (int i = 0; i < session->model.head_count(); ++i) {
    const format::HeadRecord& record = session->model.head(i);
    const HeadDecoder decoder{record, options, classes, gate, &heap};
    const Tensor& t = session->tensors[record.tensor];
    const auto* logits = static_cast<const float*>(t.data);
    for (int y = 0; y < t.height; ++y) {
      for (int x = 0; x < t.width; ++x) {
        for (int a = 0; a < record.anchor_count; ++a) {
          decoder.decode(logits, y, x, a, order++);
          logits += 5 + classes;
        }
      }
    }
  }
  return heap.sort();
}

float intersection_over_union(const Candidate& a, const Candidate& b) {
  const float left = a.x1 > b.x1 ? a.x1 : b.x1;
  const float right = a.x2 < b.x2 ? a.x2 : b.x2;
  const float top = a.y1 > b.y1 ? a.y1 : b.y1;
  const float bottom = a.y2 < b.y2 ? a.y2 : b.y2;
  if (!(right > left) || !(bottom > top)) return 0;
  const float both = (right - left) * (bottom - top);
  const float either = (a.x2 - a.x1) * (a.y2 - a.y1) + (b.x2 - b.x1) * (b.y2 - b.y1) - both;
  return both / either;
}

// Moves the survivors to the front; returns how many, at most `most`.
uint32_t suppress(Candidate* items, uint32_t count, const linnet_detect_options& options,
                  uint32_t most) {
  uint32_t kept = 0;
  for (uint32_t i = 0; i < count && kept < most; ++i) {
    bool keep = true;
    for (uint32_t k = 0; k < kept && keep; ++k) {
      const bool rivals = options.class_agnostic != 0 || items[k].class_id == items[i].class_id;
      keep = !rivals || !(intersection_over_union(items[k], items[i]) > options.iou);
    }
    if (keep) items[kept++] = items[i];
  }
  return kept;
}

float clip(float x, float high) {
  return !(x > 0) ? 0 : (x > high ? high : x);
}

linnet_box to_picture(const SessionState& session, const Candidate& c) {
  const auto w = static_cast<float>(session.picture_width);
  const auto h = static_cast<float>(session.picture_height);
  linnet_box box;
  box.x1 = clip((c.x1 - session.pad_x) / session.gain, w);
  box.y1 = clip((c.y1 - session.pad_y) / session.gain, h);
  box.x2 = clip((c.x2 - session.pad_x) / session.gain, w);
  box.y2 = clip((c.y2 - session.pad_y) / session.gain, h);
  box.score = c.score;
  box.class_id = c.class_id;
  return box;
}

}  // namespace

linnet_status decode(SessionState* session, const linnet_detect_options& options, linnet_box* boxes,
                     size_t capacity, size_t* count) {
  const uint32_t found = collect(session, options);
  uint32_t most = options.max_boxes == 0 ? kDefaultMaxBoxes : options.max_boxes;
  if (most > capacity) most = static_cast<uint32_t>(capacity);
  const uint32_t kept = suppress(session->candidates, found, options, most);
  for (uint32_t i = 0; i < kept; ++i) boxes[i] = to_picture(*session, session->candidates[i]);
  *count = kept;
  return LINNET_OK;
}

}  // namespace linnet
