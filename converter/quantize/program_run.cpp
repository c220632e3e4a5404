#include "converter/quantize/program_run.h"

#include <algorithm>
#include <utility>

#include "converter/emit/emit.h"

namespace linnet::converter {

ProgramRun::ProgramRun(const Graph& graph, const Program& program, const RunOptions& options,
                       std::function<void(size_t step)> after_step)
    : file_(emit(graph, program)), after_step_(std::move(after_step)) {
  linnet_model model;
  if (linnet_model_verify(file_.data(), file_.size(), &model) != LINNET_OK) {
    host::fail("quantization", model.error);
  }
  linnet_config config = linnet_config_default();
  config.height = options.height;
  config.width = options.width;
  if (after_step_) {
    config.flags = LINNET_EVERY_TENSOR;
    config.on_step = on_step;
    config.on_step_context = this;
  }
  session_.open(model, config, options.threads, "quantization");
}

// The engine, which is built without exceptions, calls it: none may pass.
void ProgramRun::on_step(void* self, int node) noexcept {
  auto* const run = static_cast<ProgramRun*>(self);
  if (node == 0 || run->error_ != nullptr) return;
  try {
    run->after_step_(static_cast<size_t>(node) - 1);
  } catch (...) {
    run->error_ = std::current_exception();
  }
}

void ProgramRun::run(const host::Image& picture) {
  const linnet_image view = picture.view();
  session_.check(session_->letterbox(view));
  session_.check(session_->run(nullptr, heads_));
  if (error_ != nullptr) std::rethrow_exception(std::exchange(error_, nullptr));
}

linnet_tensor ProgramRun::tensor(uint16_t index) {
  linnet_tensor tensor{};
  session_.check(linnet_session_tensor(session_.get(), index, &tensor));
  return tensor;
}

HeadValues ProgramRun::heads() const {
  HeadValues values;
  for (const linnet_tensor& head : heads_) {
    const auto channels = static_cast<size_t>(head.channels);
    const auto pixels = static_cast<size_t>(head.height) * static_cast<size_t>(head.width);
    std::vector<float>& logits = values.emplace_back();
    for (size_t p = 0; p < pixels; ++p) {
      const float* pixel = head.data + p * head.pixel_stride;
      logits.insert(logits.end(), pixel, pixel + channels);
    }
  }
  return values;
}

std::vector<const host::Image*> spread(const std::vector<host::Image>& pictures, size_t count) {
  std::vector<const host::Image*> some;
  const size_t n = std::min(count, pictures.size());
  for (size_t i = 0; i < n; ++i) some.push_back(&pictures[i * pictures.size() / n]);
  return some;
}

}  // namespace linnet::converter
