// Raw heads to boxes: YOLOv5's decoding (https://github.com/ultralytics/yolov5, Detect.forward) and
// greedy class-aware non-maximum suppression.
#include "engine/error.h"
#include "engine/head_decoder.h"

namespace linnet {
namespace {

constexpr uint32_t kDefaultMaxBoxes = 300;

// Cells of a head whose logits lie in its tensor.
void collect_head(const SessionState& session, int index, Detection* detection) {
  const format::HeadRecord& record = session.model.head(index);
  const int classes = session.model.header().class_count;
  const HeadDecoder decoder{record, detection->options, classes, detection->gate, &detection->heap};
  const Tensor& t = session.tensors[record.tensor];
  const auto* logits = static_cast<const float*>(t.data);
  uint32_t order = first_order_of_head(session, index);
  for (int y = 0; y < t.height; ++y) {
    for (int x = 0; x < t.width; ++x) {
      for (int a = 0; a < record.anchor_count; ++a) {
        decoder.decode(logits, y, x, a, order++);
        logits += 5 + classes;
      }
    }
  }
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

linnet_status decode(SessionState* session, Detection* detection, linnet_box* boxes,
                     size_t capacity, size_t* count) {
  for (int i = 0; i < session->model.head_count(); ++i) {
    const bool done = session->detection == detection && session->head_step[i] >= 0;
    if (!done) collect_head(*session, i, detection);
  }
  const linnet_detect_options& options = detection->options;
  const uint32_t found = detection->heap.sort();
  uint32_t most = options.max_boxes == 0 ? kDefaultMaxBoxes : options.max_boxes;
  if (most > capacity) most = static_cast<uint32_t>(capacity);
  const uint32_t kept = suppress(session->candidates, found, options, most);
  for (uint32_t i = 0; i < kept; ++i) boxes[i] = to_picture(*session, session->candidates[i]);
  *count = kept;
  return LINNET_OK;
}

}  // namespace linnet
