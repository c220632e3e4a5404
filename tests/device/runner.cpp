#include "tests/device/runner.h"

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <stdexcept>

#include "host/isa.h"

namespace linnet::test {
namespace {

void check(linnet_status status, const linnet_error& error) {
  if (status == LINNET_OK) return;
  char line[512];
  linnet_error_format(&error, line, sizeof line);
  throw std::runtime_error(line);
}

}  // namespace

std::string test_data() {
  const char* given = std::getenv("LINNET_TEST_DATA");
  const std::string folder = given != nullptr ? given : LINNET_TEST_DATA;
  return std::filesystem::is_directory(folder + "/reference") ? folder : "";
}

Runner::Runner(const std::vector<uint8_t>& file, int height, int width) {
  file_.resize(file.size() / sizeof(Line) + 1);
  std::memcpy(file_.data(), file.data(), file.size());
  check(linnet_model_verify(file_.data(), file.size(), &model_), model_.error);
  linnet_error error{};
  linnet_config config = linnet_config_default();
  config.cpu_features = host::cpu_features_from_environment();
  config.height = height;
  config.width = width;
  config.error = &error;
  size_t bytes = 0;
  check(linnet_arena_size(&model_, &config, &bytes), error);
  arena_.resize(bytes / sizeof(Line));
  check(linnet_open(&model_, &config, arena_.data(), arena_.size() * sizeof(Line), &session_),
        error);
}

void Runner::run(const std::vector<float>& input) {
  check(linnet_run(session_, input.data(), heads_), *linnet_session_error(session_));
}

void Runner::run(const host::Image& picture) {
  const linnet_image view = picture.view();
  check(linnet_letterbox(session_, &view), *linnet_session_error(session_));
  check(linnet_run(session_, nullptr, heads_), *linnet_session_error(session_));
}

std::vector<float> Runner::head(int index) const {
  linnet_model_info info;
  linnet_model_get_info(&model_, &info);
  const linnet_tensor& t = heads_[index];
  const int anchors = info.head_anchors[index];
  const int values = t.channels / anchors;
  std::vector<float> out;
  for (int a = 0; a < anchors; ++a) {
    for (int p = 0; p < t.height * t.width; ++p) {
      const float* logits = t.data + static_cast<size_t>(p) * t.pixel_stride + a * values;
      out.insert(out.end(), logits, logits + values);
    }
  }
  return out;
}

std::vector<linnet_box> Runner::decode(const linnet_detect_options& options) {
  std::vector<linnet_box> boxes(300);
  size_t count = 0;
  check(linnet_decode(session_, &options, boxes.data(), boxes.size(), &count),
        *linnet_session_error(session_));
  boxes.resize(count);
  return boxes;
}

}  // namespace linnet::test
