// The letterbox against a plain implementation of what YOLOv5 and OpenCV do, and its pixel formats
// against each other.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests/engine/open_session.h"
#include "tests/support/models.h"

namespace linnet::test {
namespace {

struct Picture {
  int width, height;
  std::vector<uint8_t> rgb;
};

Picture random_picture(int width, int height, uint32_t seed) {
  Picture picture{width, height, {}};
  const std::vector<float> noise =
      random_floats(static_cast<size_t>(width * height * 3), 128, seed);
  for (const float x : noise) picture.rgb.push_back(static_cast<uint8_t>(x + 128));
  return picture;
}

linnet_image view(const Picture& p) {
  return {LINNET_RGB, p.width, p.height, {p.rgb.data(), nullptr}, {0, 0}};
}

// What the session's input holds, as bytes.
std::vector<int> input_bytes(const OpenSession& session) {
  const Tensor& t = session.internals().tensors[0];
  const auto* values = static_cast<const float*>(t.data);
  std::vector<int> bytes;
  for (int i = 0; i < t.height * t.width * 3; ++i) {
    const float byte = values[i] * 255;
    EXPECT_NEAR(byte, std::nearbyint(byte), 1e-4);
    EXPECT_EQ(values[i], std::nearbyint(byte) * (1.0f / 255));
    bytes.push_back(static_cast<int>(std::nearbyint(byte)));
  }
  return bytes;
}

std::vector<int> letterboxed(const linnet_image& image, int height, int width) {
  static const VerifiedModel model(tiny_model().build());
  const OpenSession session(model, sized(height, width));
  EXPECT_EQ(linnet_letterbox(session.get(), &image), LINNET_OK) << session.error();
  return input_bytes(session);
}

// --- OpenCV's cv::resize, INTER_LINEAR, 8 bits: horizontal pass to 32 bits, then vertical pass
// -----

struct Tap {
  int first;             // may be -1
  int weight0, weight1;  // of 2048
};

Tap tap_of(int out, int out_extent, int extent) {
  const double scale = 1.0 / (static_cast<double>(out_extent) / extent);
  float fraction = static_cast<float>((out + 0.5) * scale - 0.5);
  const int first = static_cast<int>(std::floor(fraction));
  fraction -= static_cast<float>(first);
  return {first, static_cast<int>(std::lrint((1.f - fraction) * 2048)),
          static_cast<int>(std::lrint(fraction * 2048))};
}

std::vector<int> horizontal_pass(const Picture& in, int y, int width) {
  std::vector<int> row(static_cast<size_t>(width) * 3);
  for (int x = 0; x < width; ++x) {
    const Tap tap = tap_of(x, width, in.width);
    for (int c = 0; c < 3; ++c) {
      const auto at = [&](int column) {
        return int{in.rgb[static_cast<size_t>((y * in.width + column) * 3 + c)]};
      };
      int& sum = row[static_cast<size_t>(x * 3 + c)];
      if (tap.first < 0) {
        sum = at(0) * 2048;
      } else if (tap.first >= in.width - 1) {
        sum = at(in.width - 1) * 2048;
      } else {
        sum = at(tap.first) * tap.weight0 + at(tap.first + 1) * tap.weight1;
      }
    }
  }
  return row;
}

Picture opencv_resize(const Picture& in, int width, int height) {
  if (in.width == width && in.height == height) return in;
  Picture out{width, height, {}};
  for (int y = 0; y < height; ++y) {
    const Tap tap = tap_of(y, height, in.height);
    const auto top = horizontal_pass(in, std::clamp(tap.first, 0, in.height - 1), width);
    const auto bottom = horizontal_pass(in, std::clamp(tap.first + 1, 0, in.height - 1), width);
    for (size_t i = 0; i < top.size(); ++i) {
      const int sum =
          ((tap.weight0 * (top[i] >> 4)) >> 16) + ((tap.weight1 * (bottom[i] >> 4)) >> 16);
      out.rgb.push_back(static_cast<uint8_t>(std::clamp((sum + 2) >> 2, 0, 255)));
    }
  }
  return out;
}

// YOLOv5's letterbox(), not shrinking to the smallest rectangle, allowed to enlarge.
std::vector<int> reference_letterbox(const Picture& in, int height, int width) {
  const double gain =
      std::min(static_cast<double>(height) / in.height, static_cast<double>(width) / in.width);
  const int inner_width = std::max(1, static_cast<int>(std::nearbyint(in.width * gain)));
  const int inner_height = std::max(1, static_cast<int>(std::nearbyint(in.height * gain)));
  const Picture inner = opencv_resize(in, inner_width, inner_height);
  const int left = static_cast<int>(std::nearbyint((width - inner_width) / 2.0 - 0.1));
  const int top = static_cast<int>(std::nearbyint((height - inner_height) / 2.0 - 0.1));
  std::vector<int> out(static_cast<size_t>(height * width * 3), 114);
  for (int y = 0; y < inner_height; ++y) {
    for (int i = 0; i < inner_width * 3; ++i) {
      out[static_cast<size_t>(((y + top) * width + left) * 3 + i)] =
          inner.rgb[static_cast<size_t>(y * inner_width * 3 + i)];
    }
  }
  return out;
}

TEST(Letterbox, MatchesTheReferenceByteForByte) {
  // Shrunk, enlarged, same size, odd padding, one pixel, thin in both directions.
  const std::pair<int, int> pictures[] = {
      {101, 67}, {64, 64}, {33, 17}, {17, 33}, {1, 1},   {2, 2},   {5, 3},    {640, 480}, {63, 64},
      {64, 63},  {500, 2}, {2, 500}, {1, 300}, {96, 64}, {31, 95}, {47, 121}, {192, 128}};
  const std::pair<int, int> inputs[] = {{64, 64}, {64, 96}, {160, 128}, {32, 32}};
  for (const auto& [width, height] : pictures) {
    const Picture picture = random_picture(width, height, 5);
    for (const auto& [input_height, input_width] : inputs) {
      EXPECT_EQ(letterboxed(view(picture), input_height, input_width),
                reference_letterbox(picture, input_height, input_width))
          << width << "x" << height << " into " << input_width << "x" << input_height;
    }
  }
}

TEST(Letterbox, PlacementIsThatOfScaleCoords) {
  const VerifiedModel model(tiny_model().build());
  const OpenSession session(model, sized(64, 96));
  const Picture picture = random_picture(50, 70, 1);
  const linnet_image image = view(picture);
  ASSERT_EQ(linnet_letterbox(session.get(), &image), LINNET_OK);
  const SessionState& s = session.internals();
  EXPECT_FLOAT_EQ(s.gain, 64.0f / 70);
  EXPECT_FLOAT_EQ(s.pad_x, static_cast<float>((96 - 50 * (64.0 / 70)) / 2));
  EXPECT_FLOAT_EQ(s.pad_y, 0);
}

// The same picture in another order of bytes, with `padding` bytes at the end of each row.
std::vector<uint8_t> reordered(const Picture& p, std::vector<int> order, size_t padding) {
  std::vector<uint8_t> bytes;
  for (int y = 0; y < p.height; ++y) {
    for (int x = 0; x < p.width; ++x) {
      for (const int c : order) {
        bytes.push_back(c < 0 ? 0xEE : p.rgb[static_cast<size_t>((y * p.width + x) * 3 + c)]);
      }
    }
    bytes.insert(bytes.end(), padding, 0xDD);
  }
  return bytes;
}

TEST(Letterbox, OrdersOfBytesAndStrides) {
  const Picture picture = random_picture(37, 23, 9);
  const std::vector<int> want = letterboxed(view(picture), 64, 64);
  const struct {
    linnet_pixel_format format;
    std::vector<int> order;
  } cases[] = {{LINNET_RGB, {0, 1, 2}},
               {LINNET_BGR, {2, 1, 0}},
               {LINNET_RGBA, {0, 1, 2, -1}},
               {LINNET_BGRA, {2, 1, 0, -1}}};
  for (const auto& c : cases) {
    for (const size_t padding : {size_t{0}, size_t{5}}) {
      const std::vector<uint8_t> bytes = reordered(picture, c.order, padding);
      const size_t stride = padding == 0 ? 0 : 37 * c.order.size() + padding;
      const linnet_image image{c.format, 37, 23, {bytes.data(), nullptr}, {stride, 0}};
      EXPECT_EQ(letterboxed(image, 64, 64), want) << c.format << " padding " << padding;
    }
  }
}

TEST(Letterbox, GreyIsThreeEqualChannels) {
  Picture picture = random_picture(41, 29, 2);
  std::vector<uint8_t> grey;
  for (size_t i = 0; i < picture.rgb.size(); i += 3) {
    picture.rgb[i + 1] = picture.rgb[i + 2] = picture.rgb[i];
    grey.push_back(picture.rgb[i]);
  }
  const linnet_image image{LINNET_GREY, 41, 29, {grey.data(), nullptr}, {0, 0}};
  EXPECT_EQ(letterboxed(image, 64, 96), letterboxed(view(picture), 64, 96));
}

// BT.601, limited range, from its definition.
uint8_t to_byte(double x) {
  return static_cast<uint8_t>(std::clamp(std::nearbyint(x), 0.0, 255.0));
}

void append_rgb(int y, int u, int v, std::vector<uint8_t>* rgb) {
  const double luma = std::max(0, y - 16) * 255.0 / 219;
  const double blue = (u - 128) * 255.0 / 224, red = (v - 128) * 255.0 / 224;
  rgb->push_back(to_byte(luma + 2 * (1 - 0.299) * red));
  rgb->push_back(to_byte(luma - 2 * (1 - 0.114) * 0.114 / 0.587 * blue -
                         2 * (1 - 0.299) * 0.299 / 0.587 * red));
  rgb->push_back(to_byte(luma + 2 * (1 - 0.114) * blue));
}

void expect_near(const std::vector<int>& got, const std::vector<int>& want) {
  ASSERT_EQ(got.size(), want.size());
  for (size_t i = 0; i < got.size(); ++i) ASSERT_NEAR(got[i], want[i], 1) << i;
}

TEST(Letterbox, Nv12) {
  constexpr int kWidth = 48, kHeight = 34;
  const Picture noise = random_picture(kWidth, kHeight, 4);
  std::vector<uint8_t> luma, chroma;
  for (size_t i = 0; i < kWidth * kHeight; ++i) luma.push_back(noise.rgb[i]);
  for (size_t i = 0; i < kWidth * kHeight / 2; ++i) chroma.push_back(noise.rgb[2000 + i]);
  Picture rgb{kWidth, kHeight, {}};
  for (size_t y = 0; y < kHeight; ++y) {
    for (size_t x = 0; x < kWidth; ++x) {
      const size_t uv = y / 2 * kWidth + x / 2 * 2;
      append_rgb(luma[y * kWidth + x], chroma[uv], chroma[uv + 1], &rgb.rgb);
    }
  }
  const linnet_image image{LINNET_NV12, kWidth, kHeight, {luma.data(), chroma.data()}, {0, 0}};
  expect_near(letterboxed(image, 64, 96), letterboxed(view(rgb), 64, 96));
}

TEST(Letterbox, Yuyv) {
  constexpr int kWidth = 30, kHeight = 17;
  const Picture noise = random_picture(kWidth, kHeight, 6);
  const std::vector<uint8_t> pairs(noise.rgb.begin(), noise.rgb.begin() + kWidth * kHeight * 2);
  Picture rgb{kWidth, kHeight, {}};
  for (size_t i = 0; i < kWidth * kHeight; ++i) {
    const size_t pair = i / 2 * 4;
    append_rgb(pairs[i * 2], pairs[pair + 1], pairs[pair + 3], &rgb.rgb);
  }
  const linnet_image image{LINNET_YUYV, kWidth, kHeight, {pairs.data(), nullptr}, {0, 0}};
  expect_near(letterboxed(image, 96, 64), letterboxed(view(rgb), 96, 64));
}

TEST(Letterbox, ReadsNoByteBeyondThePicture) {
  // Each plane ends where its memory ends: AddressSanitizer sees a read beyond it.
  for (const auto& [width, height] : {std::pair(2, 2), {14, 10}, {640, 2}, {2, 640}}) {
    const auto bytes = [](int count) {
      return std::make_unique<uint8_t[]>(static_cast<size_t>(count));
    };
    const int pixels = width * height;
    const struct {
      linnet_pixel_format format;
      int bytes[2];
    } cases[] = {{LINNET_RGB, {pixels * 3, 0}},
                 {LINNET_BGRA, {pixels * 4, 0}},
                 {LINNET_GREY, {pixels, 0}},
                 {LINNET_NV12, {pixels, pixels / 2}},
                 {LINNET_YUYV, {pixels * 2, 0}}};
    for (const auto& c : cases) {
      const auto first = bytes(c.bytes[0]), second = bytes(c.bytes[1]);
      letterboxed({c.format, width, height, {first.get(), second.get()}, {0, 0}}, 64, 64);
    }
  }
}

}  // namespace
}  // namespace linnet::test
