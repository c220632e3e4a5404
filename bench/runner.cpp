#include "bench/runner.h"

#include <cstdlib>
#include <new>
#include <stdexcept>

#include "host/image.h"
#include "host/npy.h"
#include "kernels/base.h"

namespace linnet::bench {
namespace {

constexpr size_t kBoxes = 300;

[[noreturn]] void fail(const std::string& name, const linnet_error& error) {
  char text[256];
  linnet_error_format(&error, text, sizeof text);
  throw std::runtime_error(name + ": " + text);
}

bool ends_with(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

}  // namespace

void Runner::Free::operator()(void* memory) const {
  std::free(memory);
}

Runner::Runner(const Network& network, const RunnerOptions& options)
    : network_(network), options_(options), boxes_(kBoxes) {
  linnet_error error{};
  linnet_config config = linnet_config_default();
  config.height = options.size.height;
  config.width = options.size.width;
  config.cpu_features = options.cpu_features;
  config.on_step = options.on_step;
  config.on_step_context = options.on_step_context;
  config.error = &error;
  if (options.threads > 1) {
    pool_ = std::make_unique<host::ThreadPool>(options.threads);
    config.threads = options.threads;
    config.parallel_for = host::ThreadPool::parallel_for;
    config.pool = pool_.get();
  }
  if (linnet_arena_size(&network_.model(), &config, &arena_bytes_) != LINNET_OK) {
    fail(network_.name(), error);
  }
  arena_.reset(std::aligned_alloc(LINNET_ALIGNMENT, round_up(arena_bytes_, LINNET_ALIGNMENT)));
  if (arena_ == nullptr) throw std::bad_alloc();
  if (session_.open(network_.model(), config, arena_.get(), arena_bytes_) != LINNET_OK) {
    fail(network_.name(), error);
  }
}

void Runner::check(linnet_status status) const {
  if (status != LINNET_OK) fail(network_.name(), *session_.error());
}

size_t Runner::run() {
  if (options_.mode == Mode::raw_heads) {
    check(session_.run(input_.data(), nullptr));
    return 0;
  }
  linnet_detect_options detect = linnet_detect_options_default();
  detect.confidence = options_.confidence;
  size_t count = 0;
  check(session_.detect(input_.data(), detect, boxes_.data(), boxes_.size(), &count));
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
        input_[i++] = static_cast<float>(level) * (1.0f / 255);
      }
    }
  }
}

void Runner::set_file(const std::string& path) {
  const auto height = static_cast<size_t>(options_.size.height);
  const auto width = static_cast<size_t>(options_.size.width);
  if (ends_with(path, ".npy")) {
    const host::NpyArray array = host::read_npy(path);
    if (array.shape != std::vector<size_t>{1, 3, height, width}) {
      throw std::runtime_error(path + ": expected shape 1x3x" + std::to_string(height) + "x" +
                               std::to_string(width) + ", found another; give --size");
    }
    input_.resize(array.data.size());
    for (size_t c = 0; c < 3; ++c) {
      for (size_t i = 0; i < height * width; ++i) {
        input_[3 * i + c] = array.data[c * height * width + i];
      }
    }
    return;
  }
  const host::Image image = host::read_image(path);
  check(session_.letterbox(image.view()));
  linnet_tensor tensor{};
  check(linnet_input(session_.get(), &tensor));
  input_.assign(tensor.data, tensor.data + 3 * height * width);
}

}  // namespace linnet::bench
