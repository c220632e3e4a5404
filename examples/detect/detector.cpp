#include "examples/detect/detector.h"

#include <chrono>

#include "host/isa.h"

namespace linnet::detect {
namespace {

// Boxes kept before NMS: more than any picture needs, also at a confidence near 0.
constexpr uint32_t kMaxCandidates = 30000;

using Clock = std::chrono::steady_clock;

double milliseconds_since(Clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

}  // namespace

Detector::Detector(const std::string& path) : path_(path), file_(path) {
  if (linnet_model_verify(file_.data(), file_.size(), &model_) != LINNET_OK) {
    host::fail(path_, model_.error);
  }
  (void)linnet_model_get_info(&model_, &info_);
  for (int i = 0; i < info_.class_count; ++i) {
    const char* const name = linnet_model_class_name(&model_, i);
    class_names_.push_back(name != nullptr ? name : std::to_string(i));
  }
}

void Detector::open(int height, int width, int threads) {
  linnet_config config = linnet_config_default();
  config.height = height;
  config.width = width;
  config.max_candidates = kMaxCandidates;
  config.cpu_features = host::cpu_features_from_environment();
  session_.open(model_, config, threads, path_);
}

std::vector<linnet_box> Detector::run(const float* input, const linnet_detect_options& options,
                                      Times* times) {
  const Clock::time_point begin = Clock::now();
  std::vector<linnet_box> boxes(options.max_boxes);
  size_t count = 0;
  if (all_heads_) {
    session_.check(session_->run(input, heads_.data()));
    session_.check(session_->decode(options, boxes.data(), boxes.size(), &count));
  } else {
    session_.check(session_->detect(input, options, boxes.data(), boxes.size(), &count));
  }
  boxes.resize(count);
  times->network = milliseconds_since(begin);
  return boxes;
}

std::vector<linnet_box> Detector::detect(const host::Image& image,
                                         const linnet_detect_options& options, Times* times) {
  const Clock::time_point begin = Clock::now();
  session_.check(session_->letterbox(image.view()));
  times->letterbox = milliseconds_since(begin);
  return run(nullptr, options, times);
}

std::vector<linnet_box> Detector::detect(const host::NpyArray& tensor,
                                         const linnet_detect_options& options, Times* times) {
  const std::vector<float> input = host::to_nhwc(tensor);
  return run(input.data(), options, times);
}

void Detector::write_heads(const std::string& prefix) const {
  const auto values = static_cast<size_t>(info_.class_count) + 5;
  for (size_t k = 0; k < heads_.size(); ++k) {
    const linnet_tensor& head = heads_[k];
    const auto anchors = static_cast<size_t>(info_.head_anchors[k]);
    const size_t pixels = static_cast<size_t>(head.height) * static_cast<size_t>(head.width);
    std::vector<float> data;
    data.reserve(anchors * pixels * values);
    for (size_t anchor = 0; anchor < anchors; ++anchor) {
      for (size_t pixel = 0; pixel < pixels; ++pixel) {
        const float* const from = head.data + pixel * head.pixel_stride + anchor * values;
        data.insert(data.end(), from, from + values);
      }
    }
    host::write_npy(
        prefix + std::to_string(k) + ".npy",
        {1, anchors, static_cast<size_t>(head.height), static_cast<size_t>(head.width), values},
        data.data());
  }
}

}  // namespace linnet::detect
