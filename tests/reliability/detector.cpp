#include "tests/reliability/detector.h"

#include <cstring>
#include <random>
#include <stdexcept>

#include "converter/convert.h"

namespace linnet::test {
namespace {

std::vector<uint8_t> convert_demo(linnet_type type) {
  const std::string folder = LINNET_SOURCE_DIR "/model/demo/";
  converter::ConvertOptions options;
  if (type == LINNET_S8) {
    options.int8.emplace();
    options.int8->pictures = {folder + "pictures/demo.ppm"};
  }
  return converter::convert(converter::import_file(folder + "demo.onnx", {}), options).file;
}

size_t row_bytes(const linnet_image& image, int plane) {
  const auto width = static_cast<size_t>(image.width);
  switch (image.format) {
    case LINNET_RGB:
    case LINNET_BGR:
      return 3 * width;
    case LINNET_RGBA:
    case LINNET_BGRA:
      return 4 * width;
    case LINNET_YUYV:
      return 2 * width;
    case LINNET_GREY:
    case LINNET_NV12:
      return plane == 0 || image.format == LINNET_NV12 ? width : 0;
  }
  return 0;
}

size_t rows(const linnet_image& image, int plane) {
  if (plane == 0) return static_cast<size_t>(image.height);
  return image.format == LINNET_NV12 ? static_cast<size_t>(image.height) / 2 : 0;
}

}  // namespace

const std::vector<uint8_t>& demo_file(linnet_type type) {
  static const std::vector<uint8_t> f32 = convert_demo(LINNET_F32);
  static const std::vector<uint8_t> int8 = convert_demo(LINNET_S8);
  return type == LINNET_S8 ? int8 : f32;
}

size_t plane_bytes(const linnet_image& image, int plane) {
  const size_t count = rows(image, plane), bytes = row_bytes(image, plane);
  const size_t stride = image.strides[plane] != 0 ? image.strides[plane] : bytes;
  return count == 0 ? 0 : (count - 1) * stride + bytes;
}

Picture random_picture(uint32_t seed, linnet_pixel_format format, int width, int height,
                       size_t gap) {
  Picture picture{{format, width, height, {nullptr, nullptr}, {0, 0}}, {}};
  for (int plane = 0; plane < 2 && gap != 0; ++plane) {
    picture.image.strides[plane] = row_bytes(picture.image, plane) + gap;
  }
  const size_t first = plane_bytes(picture.image, 0);
  picture.pixels.resize(first + plane_bytes(picture.image, 1));
  std::mt19937 random(seed);
  for (size_t i = 0; i < picture.pixels.size();) {
    const auto value = static_cast<uint8_t>(random());
    const uint32_t noise = random() % 64;
    for (uint32_t left = 1 + random() % 40; left > 0 && i < picture.pixels.size(); --left, ++i) {
      picture.pixels[i] = static_cast<uint8_t>(value + (noise == 0 ? 0 : random() % noise));
    }
  }
  picture.image.planes[0] = picture.pixels.data();
  if (format == LINNET_NV12) picture.image.planes[1] = picture.pixels.data() + first;
  return picture;
}

std::vector<uint32_t> feature_masks() {
  std::vector<uint32_t> masks = {0, LINNET_CPU_PORTABLE};
  for (uint32_t bit = 1; bit < LINNET_CPU_PORTABLE; bit <<= 1) {
    if ((linnet_cpu_features() & bit) != 0) masks.push_back(bit);
  }
  return masks;
}

std::vector<linnet_box> detect(linnet_session* session, const linnet_image& image) {
  linnet_detect_options options = linnet_detect_options_default();
  options.confidence = 0.02f;
  std::vector<linnet_box> boxes(100);
  size_t count = 0;
  if (linnet_detect(session, &image, &options, boxes.data(), boxes.size(), &count) != LINNET_OK) {
    throw std::runtime_error(to_line(*linnet_session_error(session)));
  }
  boxes.resize(count);
  return boxes;
}

bool same_bits(const std::vector<linnet_box>& a, const std::vector<linnet_box>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof a[0]) == 0;
}

}  // namespace linnet::test
