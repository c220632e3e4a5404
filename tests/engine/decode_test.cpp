// Decoding and non-maximum suppression: logits are written into the heads of an open session.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <tuple>

#include "tests/engine/open_session.h"

namespace linnet::test {
namespace {

constexpr int kClasses = 3;
constexpr int kValues = 5 + kClasses;
constexpr int kAnchors = 2;
constexpr float kAnchorSizes[LINNET_HEADS][kAnchors][2] = {
    {{10, 13}, {16, 30}}, {{30, 61}, {62, 45}}, {{116, 90}, {156, 198}}};
constexpr int kHeadStrides[LINNET_HEADS] = {8, 16, 32};

std::vector<uint8_t> model_file() {
  ModelBuilder b;
  b.classes({"a", "b", "c"});
  int tensors[LINNET_HEADS];
  for (int& t : tensors) t = b.tensor("head", kAnchors * kValues);
  b.conv(b.whole(0), b.whole(tensors[0]), window(1, 8));
  b.max_pool(b.whole(tensors[0]), b.whole(tensors[1]), window(1, 2));
  b.max_pool(b.whole(tensors[1]), b.whole(tensors[2]), window(1, 2));
  for (int i = 0; i < LINNET_HEADS; ++i) {
    const auto& a = kAnchorSizes[i];
    b.head(tensors[i], kHeadStrides[i], {{a[0][0], a[0][1]}, {a[1][0], a[1][1]}});
  }
  return b.build();
}

// A session whose heads say "nothing anywhere" until a test writes into them.
class Heads {
 public:
  explicit Heads(int height = 64, int width = 64, uint32_t max_candidates = 0)
      : model_(model_file()), session_(model_, config(height, width, max_candidates)) {
    const std::vector<float> input = random_input(height, width, 1);
    EXPECT_EQ(linnet_run(session_.get(), input.data(), nullptr), LINNET_OK);
    clear();
  }

  linnet_session* session() const { return session_.get(); }
  SessionState& internals() const { return session_.internals(); }
  const Tensor& tensor(int head) const {
    return session_.internals().tensors[session_.internals().model.head(head).tensor];
  }
  void clear() const {
    for (int h = 0; h < LINNET_HEADS; ++h) {
      const Tensor& t = tensor(h);
      std::fill_n(static_cast<float*>(t.data), t.height * t.width * t.channels, -20.0f);
    }
  }
  float* logits(int head, int y, int x, int anchor) const {
    const Tensor& t = tensor(head);
    return static_cast<float*>(t.data) + (y * t.width + x) * t.channels + anchor * kValues;
  }
  // A box with centre and size of the cell's middle and the anchor; class logits all -20 but one.
  void put(int head, int y, int x, int anchor, float objectness, int class_id, float logit) const {
    float* p = logits(head, y, x, anchor);
    p[0] = p[1] = p[2] = p[3] = 0;
    p[4] = objectness;
    p[5 + class_id] = logit;
  }

  std::vector<linnet_box> decode(const linnet_detect_options& options,
                                 size_t capacity = 1000) const {
    std::vector<linnet_box> boxes(capacity);
    size_t count = 12345;
    EXPECT_EQ(linnet_decode(session(), &options, boxes.data(), capacity, &count), LINNET_OK);
    EXPECT_LE(count, capacity);
    boxes.resize(count);
    return boxes;
  }

 private:
  static linnet_config config(int height, int width, uint32_t max_candidates) {
    linnet_config c = sized(height, width);
    c.max_candidates = max_candidates;
    return c;
  }

  VerifiedModel model_;
  OpenSession session_;
};

linnet_detect_options options_with(float confidence, float iou) {
  linnet_detect_options options = linnet_detect_options_default();
  options.confidence = confidence;
  options.iou = iou;
  return options;
}

float sigmoid(float x) {
  return 1 / (1 + std::exp(-x));
}

TEST(Decode, OneBox) {
  const Heads heads;
  float* p = heads.logits(1, 2, 1, 0);
  const float logits[kValues] = {0.4f, -0.3f, -0.2f, -1.5f, 2, -1, 3, 1};
  std::copy_n(logits, kValues, p);
  const std::vector<linnet_box> boxes = heads.decode(options_with(0.25f, 0.45f));
  ASSERT_EQ(boxes.size(), 1u);
  const float x = (sigmoid(0.4f) * 2 - 0.5f + 1) * 16, y = (sigmoid(-0.3f) * 2 - 0.5f + 2) * 16;
  const float w = std::pow(sigmoid(-0.2f) * 2, 2.0f) * 30;
  const float h = std::pow(sigmoid(-1.5f) * 2, 2.0f) * 61;
  EXPECT_NEAR(boxes[0].x1, x - w / 2, 1e-4);
  EXPECT_NEAR(boxes[0].y1, y - h / 2, 1e-4);
  EXPECT_NEAR(boxes[0].x2, x + w / 2, 1e-4);
  EXPECT_NEAR(boxes[0].y2, y + h / 2, 1e-4);
  EXPECT_NEAR(boxes[0].score, sigmoid(2) * sigmoid(3), 1e-6);
  EXPECT_EQ(boxes[0].class_id, 1);
}

TEST(Decode, NothingGivesNothing) {
  EXPECT_TRUE(Heads().decode(linnet_detect_options_default()).empty());
}

TEST(Decode, ThresholdIsExclusive) {
  const Heads heads;
  heads.put(0, 1, 1, 0, 0, 0, 0);  // 0.5 * 0.5, exactly
  EXPECT_TRUE(heads.decode(options_with(0.25f, 0.45f)).empty());
  EXPECT_EQ(heads.decode(options_with(0.2499f, 0.45f)).size(), 1u);
}

TEST(Decode, BoxesComeBackInPixelsOfThePicture) {
  const Heads heads;
  const std::vector<uint8_t> pixels(200 * 100, 0);
  const linnet_image image{LINNET_GREY, 200, 100, {pixels.data(), nullptr}, {0, 0}};
  ASSERT_EQ(linnet_letterbox(heads.session(), &image), LINNET_OK);
  ASSERT_EQ(linnet_run(heads.session(), nullptr, nullptr), LINNET_OK);
  heads.clear();
  // 200x100 in 64x64: gain 0.32, 16 rows of border above and below.
  heads.put(0, 3, 5, 0, 5, 0, 5);  // centre (44, 28), 10 x 13
  heads.put(2, 0, 0, 1, 4, 2, 4);  // centre (16, 16), 156 x 198: clipped on all sides
  const std::vector<linnet_box> boxes = heads.decode(options_with(0.25f, 0.45f));
  ASSERT_EQ(boxes.size(), 2u);
  EXPECT_NEAR(boxes[0].x1, (44 - 5) / 0.32, 1e-3);
  EXPECT_NEAR(boxes[0].y1, (28 - 16 - 6.5) / 0.32, 1e-3);
  EXPECT_NEAR(boxes[0].x2, (44 + 5) / 0.32, 1e-3);
  EXPECT_NEAR(boxes[0].y2, (28 - 16 + 6.5) / 0.32, 1e-3);
  EXPECT_EQ(boxes[1].x1, 0);
  EXPECT_EQ(boxes[1].y1, 0);
  EXPECT_EQ(boxes[1].x2, 200);
  EXPECT_EQ(boxes[1].y2, 100);
}

TEST(Decode, BestClassOrEveryClass) {
  const Heads heads;
  heads.put(0, 2, 2, 0, 6, 0, 1);
  heads.logits(0, 2, 2, 0)[5 + 2] = 2;
  linnet_detect_options options = options_with(0.25f, 0.45f);
  std::vector<linnet_box> boxes = heads.decode(options);
  ASSERT_EQ(boxes.size(), 1u);
  EXPECT_EQ(boxes[0].class_id, 2);

  options.multi_label = 1;
  boxes = heads.decode(options);
  ASSERT_EQ(boxes.size(), 2u);
  EXPECT_EQ(boxes[0].class_id, 2);
  EXPECT_EQ(boxes[1].class_id, 0);
  EXPECT_GT(boxes[0].score, boxes[1].score);

  options.class_agnostic = 1;  // the same box twice
  EXPECT_EQ(heads.decode(options).size(), 1u);
}

TEST(Decode, ClassFilter) {
  const Heads heads;
  heads.put(0, 2, 2, 0, 6, 2, 3);
  heads.logits(0, 2, 2, 0)[5 + 1] = 2;
  heads.put(0, 6, 6, 0, 6, 0, 3);
  const uint8_t only_b[kClasses] = {0, 1, 0};
  linnet_detect_options options = options_with(0.25f, 0.45f);
  options.class_filter = only_b;
  for (const int multi_label : {0, 1}) {
    options.multi_label = multi_label;
    const std::vector<linnet_box> boxes = heads.decode(options);
    ASSERT_EQ(boxes.size(), 1u);
    EXPECT_EQ(boxes[0].class_id, 1);
  }
}

TEST(Decode, SuppressionByClass) {
  const Heads heads;
  heads.put(0, 2, 2, 1, 3, 0, 3);
  heads.put(0, 2, 3, 1, 2, 0, 3);  // 8 pixels to the right of it, 16 wide: IoU 1/3
  heads.put(0, 3, 2, 1, 1, 1, 3);  // 8 pixels below the first, 30 high: IoU 22/38, another class
  EXPECT_EQ(heads.decode(options_with(0.1f, 0.34f)).size(), 3u);
  EXPECT_EQ(heads.decode(options_with(0.1f, 0.33f)).size(), 2u);
  linnet_detect_options agnostic = options_with(0.1f, 0.34f);
  agnostic.class_agnostic = 1;
  const std::vector<linnet_box> boxes = heads.decode(agnostic);
  ASSERT_EQ(boxes.size(), 2u);
  EXPECT_EQ(boxes[0].class_id, 0);
  EXPECT_EQ(boxes[1].class_id, 0);
}

TEST(Decode, IouOfZeroAndOne) {
  const Heads heads;
  heads.put(0, 2, 2, 0, 3, 0, 3);
  heads.put(0, 2, 6, 0, 3, 0, 3);  // apart: IoU 0 is not above 0
  EXPECT_EQ(heads.decode(options_with(0.1f, 0)).size(), 2u);
  heads.clear();
  heads.put(0, 2, 2, 0, 3, 0, 3);
  std::copy_n(heads.logits(0, 2, 2, 0), kValues, heads.logits(0, 2, 2, 1));
  EXPECT_EQ(heads.decode(options_with(0.1f, 1)).size(), 2u);  // nothing is above 1
}

// Everything the same but the order: head, row, column, anchor.
TEST(Decode, TiesGoToTheEarlierCell) {
  const Heads heads;
  heads.put(2, 0, 0, 0, 3, 1, 3);
  heads.put(1, 0, 0, 0, 3, 1, 3);
  heads.put(0, 7, 7, 1, 3, 1, 3);
  heads.put(0, 7, 0, 0, 3, 1, 3);
  heads.put(0, 0, 7, 0, 3, 1, 3);
  const std::vector<linnet_box> boxes = heads.decode(options_with(0.1f, 1));
  ASSERT_EQ(boxes.size(), 5u);
  EXPECT_EQ(boxes[0].y1, 0);       // row 0
  EXPECT_EQ(boxes[1].x1, 0);       // row 7, column 0
  EXPECT_EQ(boxes[2].x1, 60 - 8);  // row 7, column 7
  EXPECT_EQ(boxes[3].x2, 8 + 15);  // the next head
  EXPECT_EQ(boxes[4].x2, 64);      // the last head
}

TEST(Decode, TiesGoToTheLowerClass) {
  const Heads heads;
  heads.put(0, 0, 0, 0, 3, 2, 3);
  heads.put(0, 5, 5, 0, 3, 0, 3);
  std::vector<linnet_box> boxes = heads.decode(options_with(0.1f, 0.45f));
  ASSERT_EQ(boxes.size(), 2u);
  EXPECT_EQ(boxes[0].class_id, 0);
  EXPECT_EQ(boxes[1].class_id, 2);

  // In one cell, also where the sigmoid is 1 for both.
  heads.clear();
  heads.put(0, 1, 1, 0, 3, 2, 40);
  heads.logits(0, 1, 1, 0)[5 + 1] = 30;
  boxes = heads.decode(options_with(0.1f, 0.45f));
  ASSERT_EQ(boxes.size(), 1u);
  EXPECT_EQ(boxes[0].class_id, 1);
}

TEST(Decode, BestBoxesWithinTheLimits) {
  const Heads heads;
  for (int x = 0; x < 8; ++x) heads.put(0, 2, x, 0, static_cast<float>(x % 5), 0, 5);
  linnet_detect_options options = options_with(0.1f, 1);
  const std::vector<linnet_box> all = heads.decode(options);
  ASSERT_EQ(all.size(), 8u);
  const auto same_start = [&](const std::vector<linnet_box>& few, size_t count) {
    ASSERT_EQ(few.size(), count);
    for (size_t i = 0; i < count; ++i) {
      EXPECT_EQ(few[i].x1, all[i].x1);
      EXPECT_EQ(few[i].score, all[i].score);
    }
  };
  same_start(heads.decode(options, 3), 3);
  same_start(heads.decode(options, 0), 0);
  options.max_boxes = 5;
  same_start(heads.decode(options), 5);
  same_start(heads.decode(options, 4), 4);

  const Heads few(64, 64, 6);
  for (int x = 0; x < 8; ++x) few.put(0, 2, x, 0, static_cast<float>(x % 5), 0, 5);
  options.max_boxes = 0;
  same_start(few.decode(options), 6);
}

TEST(Decode, AtMost300BoxesByDefault) {
  const Heads heads(160, 160);
  for (int y = 0; y < 20; ++y) {
    for (int x = 0; x < 20; ++x) heads.put(0, y, x, 0, 3, 0, 3);
  }
  linnet_detect_options options = options_with(0.1f, 1);
  EXPECT_EQ(heads.decode(options).size(), 300u);
  options.max_boxes = 400;
  EXPECT_EQ(heads.decode(options).size(), 400u);
}

TEST(Decode, NanAndInfinityNeverPass) {
  const Heads heads;
  const float odd[] = {NAN, INFINITY, -INFINITY, 3e38f};
  for (int i = 0; i < kValues; ++i) {
    for (int k = 0; k < 4; ++k) {
      heads.put(0, i % 8, k, 0, 3, 0, 3);
      heads.logits(0, i % 8, k, 0)[i] = odd[k];
    }
  }
  linnet_detect_options options = options_with(0.1f, 0.45f);
  for (const int multi_label : {0, 1}) {
    options.multi_label = multi_label;
    for (const linnet_box& box : heads.decode(options)) {
      EXPECT_TRUE(box.score > 0.1f && box.score <= 1);
      EXPECT_TRUE(box.x1 >= 0 && box.x1 <= box.x2 && box.x2 <= 64);
      EXPECT_TRUE(box.y1 >= 0 && box.y1 <= box.y2 && box.y2 <= 64);
    }
  }
  heads.clear();
  heads.put(0, 0, 0, 0, NAN, 0, 3);
  EXPECT_TRUE(heads.decode(options).empty());
}

// --- random heads against a plain implementation in double --------------------------------------

struct PlainBox {
  double x1, y1, x2, y2, score;
  int class_id;
};

double plain_iou(const PlainBox& a, const PlainBox& b) {
  const double w = std::max(0.0, std::min(a.x2, b.x2) - std::max(a.x1, b.x1));
  const double h = std::max(0.0, std::min(a.y2, b.y2) - std::max(a.y1, b.y1));
  const double area_a = (a.x2 - a.x1) * (a.y2 - a.y1), area_b = (b.x2 - b.x1) * (b.y2 - b.y1);
  return w * h / (area_a + area_b - w * h);
}

std::vector<PlainBox> plain_boxes(const Heads& heads, double confidence, bool multi_label) {
  const auto s = [](float x) { return 1 / (1 + std::exp(-static_cast<double>(x))); };
  std::vector<PlainBox> boxes;
  for (int h = 0; h < LINNET_HEADS; ++h) {
    const Tensor& t = heads.tensor(h);
    for (int i = 0; i < t.height * t.width * kAnchors; ++i) {
      const int anchor = i % kAnchors, x = i / kAnchors % t.width, y = i / kAnchors / t.width;
      const float* p = heads.logits(h, y, x, anchor);
      const double cx = (s(p[0]) * 2 - 0.5 + x) * kHeadStrides[h];
      const double cy = (s(p[1]) * 2 - 0.5 + y) * kHeadStrides[h];
      const double w = std::pow(s(p[2]) * 2, 2) * kAnchorSizes[h][anchor][0];
      const double hh = std::pow(s(p[3]) * 2, 2) * kAnchorSizes[h][anchor][1];
      const auto best = std::max_element(p + 5, p + kValues) - (p + 5);
      for (int c = 0; c < kClasses; ++c) {
        const double score = s(p[4]) * s(p[5 + c]);
        if (score <= confidence || (!multi_label && c != best)) continue;
        boxes.push_back({cx - w / 2, cy - hh / 2, cx + w / 2, cy + hh / 2, score, c});
      }
    }
  }
  std::stable_sort(boxes.begin(), boxes.end(),
                   [](const auto& a, const auto& b) { return a.score > b.score; });
  return boxes;
}

std::vector<PlainBox> plain_nms(const std::vector<PlainBox>& sorted, double iou) {
  std::vector<PlainBox> kept;
  for (const PlainBox& box : sorted) {
    const bool rival = std::any_of(kept.begin(), kept.end(), [&](const PlainBox& k) {
      return k.class_id == box.class_id && plain_iou(k, box) > iou;
    });
    if (!rival) kept.push_back(box);
  }
  return kept;
}

TEST(Decode, RandomHeadsMatchAPlainImplementation) {
  const Heads heads(128, 96, 4000);
  for (uint32_t seed = 0; seed < 20; ++seed) {
    for (int h = 0; h < LINNET_HEADS; ++h) {
      const Tensor& t = heads.tensor(h);
      const auto count = static_cast<size_t>(t.height * t.width * t.channels);
      const std::vector<float> noise =
          random_floats(count, 3, seed * 10 + static_cast<uint32_t>(h));
      std::copy(noise.begin(), noise.end(), static_cast<float*>(t.data));
    }
    for (const int multi_label : {0, 1}) {
      linnet_detect_options options = options_with(0.3f, 0.5f);
      options.multi_label = multi_label;
      options.max_boxes = 2000;
      const std::vector<linnet_box> got = heads.decode(options, 2000);
      const std::vector<PlainBox> want = plain_nms(plain_boxes(heads, 0.3, multi_label != 0), 0.5);
      ASSERT_EQ(got.size(), want.size()) << "seed " << seed;
      for (size_t i = 0; i < got.size(); ++i) {
        ASSERT_NEAR(got[i].score, want[i].score, 1e-5);
        ASSERT_EQ(got[i].class_id, want[i].class_id);
        ASSERT_NEAR(got[i].x1, std::clamp(want[i].x1, 0.0, 96.0), 1e-3);
        ASSERT_NEAR(got[i].y2, std::clamp(want[i].y2, 0.0, 128.0), 1e-3);
      }
    }
  }
}

}  // namespace
}  // namespace linnet::test
