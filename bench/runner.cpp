#include "bench/runner.h"

#include <algorithm>
#include <stdexcept>

#include "host/image.h"
#include "host/npy.h"

namespace linnet::bench {
namespace {

constexpr size_t kBoxes = 300;

// What a network reads for a byte of the picture.
float input_of(size_t level) {
  return static_cast<float>(level) * (1.0f / 255);
}

}  // namespace

Runner::Runner(const Network& network, const RunnerOptions& options)
    : network_(network), options_(options), boxes_(kBoxes) {
  linnet_config config = linnet_config_default();
  config.height = options.size.height;
  config.width = options.size.width;
  config.cpu_features = options.cpu_features;
  const bool needs_heads = options.mode == Mode::raw_heads || options.keeps_heads;
  config.flags = needs_heads ? 0 : LINNET_DETECT_ONLY;
  config.on_step = options.on_step;
  config.on_step_context = options.on_step_context;
  session_.open(network_.model(), config, options.threads, network_.name());
}

size_t Runner::run() {
  if (options_.mode == Mode::raw_heads) {
    session_.check(session_->run(input_.data(), nullptr));
    return 0;
  }
  linnet_detect_options detect = linnet_detect_options_default();
  detect.confidence = options_.confidence;
  size_t count = 0;
  session_.check(session_->detect(input_.data(), detect, boxes_.data(), boxes_.size(), &count));
  return count;
}

void Runner::set_pattern() {
  const auto height = static_cast<size_t>(options_.size.height);
  const auto width = static_cast<size_t>(options_.size.width);
  input_.resize(3 * height * width);
  uint32_t noise = 1;
  for (size_t y = 0, i = 0; y < height; ++y) {
    for (size_t x = 0; x < width; ++x) {
      for (size_t c = 0; c < 3; ++c) {
        noise = noise * 1664525 + 1013904223;
        const size_t smooth = (x * (c + 1) + y * (3 - c)) % 512;
        const size_t edge = ((x / 40 + y / 40) % 2) * 64;
        const size_t level = (smooth < 256 ? smooth : 511 - smooth) / 2 + edge + (noise >> 26);
        input_[i++] = input_of(level);
      }
    }
  }
}

void Runner::set_tensor(const std::string& path) {
  const auto height = static_cast<size_t>(options_.size.height);
  const auto width = static_cast<size_t>(options_.size.width);
  const host::NpyArray array = host::read_npy(path);
  if (array.shape != std::vector<size_t>{1, 3, height, width}) {
    throw std::runtime_error(path + ": expected shape 1x3x" + std::to_string(height) + "x" +
                             std::to_string(width) + ", found another; give --size");
  }
  input_ = host::to_nhwc(array);
}

void Runner::set_picture(const std::string& path) {
  const host::Image image = host::read_image(path);
  session_.check(session_->letterbox(image.view()));
  linnet_tensor tensor{};
  session_.check(linnet_input(session_.get(), &tensor));
  const size_t values = 3 * static_cast<size_t>(tensor.height) * static_cast<size_t>(tensor.width);
  if (tensor.type == LINNET_F32) {
    input_.assign(tensor.data, tensor.data + values);
    return;
  }
  input_.resize(values);
  std::transform(tensor.data_s8, tensor.data_s8 + values, input_.begin(),
                 [](int8_t level) { return input_of(static_cast<size_t>(level + 128)); });
}

void Runner::set_input(const std::string& path) {
  if (path.empty()) {
    set_pattern();
  } else if (is_tensor_file(path)) {
    set_tensor(path);
  } else {
    set_picture(path);
  }
}

}  // namespace linnet::bench
