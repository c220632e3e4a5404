#include "tests/support/try_model.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "engine/shapes.h"
#include "linnet/linnet.hpp"
#include "model/model_view.h"
#include "tests/support/model_builder.h"

namespace linnet::test {
namespace {

uint64_t channels_of(const View& view) {
  return static_cast<uint64_t>(view.channels());
}

class Trial {
 public:
  Trial(const linnet_model& model, const TryLimits& limits, TryResult* result)
      : model_(model), limits_(limits), result_(result) {}

  void run(int height, int width) {
    linnet_config config = sized(height, width);
    size_t bytes = 0;
    if (!ok(linnet_arena_size(&model_, &config, &bytes), result_->error)) return;
    if (bytes > limits_.arena_bytes || too_slow(height, width)) return;
    const AlignedBytes arena(bytes, 0xCD);
    Session session;
    if (!ok(session.open(model_, config, arena.data(), bytes), result_->error)) return;
    result_->opened = true;
    infer(&session, height, width);
  }

  void size_only(int height, int width) {
    linnet_error error{};
    linnet_config config = sized(height, width);
    config.error = &error;
    size_t bytes = 0;
    linnet_arena_size(&model_, &config, &bytes);
  }

 private:
  linnet_config sized(int height, int width) {
    linnet_config config = linnet_config_default();
    config.height = height;
    config.width = width;
    config.max_candidates = 64;
    config.error = &result_->error;
    return config;
  }

  bool ok(linnet_status status, const linnet_error& error) {
    if (status == LINNET_OK) return true;
    if (result_->status == LINNET_OK) {
      result_->status = status;
      result_->error = error;
    }
    return false;
  }

  bool too_slow(int height, int width) const {
    const uint64_t work = work_of_run(model_.data, height, width);
    return work == 0 || work > limits_.multiplications;
  }

  void infer(Session* session, int height, int width) {
    const auto pixels = static_cast<size_t>(height) * static_cast<size_t>(width);
    const std::vector<float> input = random_floats(pixels * 3, 1.0f, 1);
    linnet_tensor heads[LINNET_HEADS];
    if (!ok(session->run(input.data(), heads), *session->error())) return;
    float sum = 0;  // read what the caller may read
    for (const linnet_tensor& head : heads) {
      for (int i = 0; i < head.height * head.width * head.channels; ++i) sum += head.data[i];
    }
    volatile float sink = sum;
    static_cast<void>(sink);
    result_->ran = detect(session);
  }

  bool detect(Session* session) {
    linnet_detect_options options = linnet_detect_options_default();
    options.confidence = 0;
    options.multi_label = 1;
    linnet_box boxes[16];
    size_t count = 0;
    if (!ok(session->decode(options, boxes, std::size(boxes), &count), *session->error()))
      return false;
    const std::vector<uint8_t> pixels(9 * 7 * 3, 200);
    linnet_image image{};
    image.format = LINNET_RGB;
    image.width = 9;
    image.height = 7;
    image.planes[0] = pixels.data();
    return ok(session->detect(image, options, boxes, std::size(boxes), &count), *session->error());
  }

  const linnet_model& model_;
  const TryLimits& limits_;
  TryResult* result_;
};

}  // namespace

uint64_t work_of_run(const void* file, int height, int width) {
  const ModelView model(file);
  std::vector<Extent> extents(static_cast<size_t>(model.tensor_count()));
  linnet_error error{};
  if (infer_extents(model, height, width, extents.data(), &error) != LINNET_OK) return 0;
  uint64_t sum = 0;
  for (int i = 0; i < model.node_count(); ++i) {
    const format::Node& node = model.node(i);
    const Extent out = view_extent(model.output(node), extents.data());
    const Extent in = view_extent(model.operand(node, 0), extents.data());
    const bool dense = node.op == format::k_conv2d || node.op == format::k_winograd_conv2d;
    const uint64_t inputs = dense ? channels_of(model.operand(node, 0)) : 1;
    const uint64_t taps = std::max(1, node.kernel_h * node.kernel_w);
    sum += uint64_t{out.height} * out.width * channels_of(model.output(node)) * taps * inputs;
    sum += uint64_t{in.height} * in.width * channels_of(model.operand(node, 0));
  }
  return sum;
}

TryResult try_model(const void* file, size_t bytes, const TryLimits& limits) {
  TryResult result;
  linnet_model model;
  result.status = linnet_model_verify(file, bytes, &model);
  result.error = model.error;
  if (result.status != LINNET_OK) return result;
  result.verified = true;

  linnet_model_info info;
  linnet_model_get_info(&model, &info);
  for (int i = 0; i < info.class_count; ++i) {
    volatile size_t length = std::strlen(linnet_model_class_name(&model, i));
    static_cast<void>(length);
  }
  Trial trial(model, limits, &result);
  trial.size_only(0, 0);
  trial.size_only(format::kMaxExtent, format::kMaxExtent);
  trial.size_only(format::kMaxExtent, info.max_stride);
  trial.run(info.max_stride, info.max_stride);
  trial.run(info.max_stride, 2 * info.max_stride);
  return result;
}

}  // namespace linnet::test
