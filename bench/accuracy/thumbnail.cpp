#include "bench/accuracy/thumbnail.h"

#include <algorithm>

#include "host/codecs/codecs.h"

namespace linnet::bench::accuracy {
namespace {

// Where pixel `index` of `to` begins among `from` pixels.
int begin_of(int index, int from, int to) {
  return static_cast<int>(int64_t{index} * from / to);
}

void average(const host::Image& image, int x1, int y1, int x2, int y2, uint8_t* out) {
  uint32_t sums[3] = {};
  for (int y = y1; y < y2; ++y) {
    const uint8_t* const row = image.pixel(x1, y);
    for (int i = 0; i < 3 * (x2 - x1); ++i) sums[i % 3] += row[i];
  }
  const auto pixels = static_cast<uint32_t>((x2 - x1) * (y2 - y1));
  for (int c = 0; c < 3; ++c) out[c] = static_cast<uint8_t>((sums[c] + pixels / 2) / pixels);
}

}  // namespace

host::Image shrunk(const host::Image& image, int extent) {
  const int longest = std::max(image.width, image.height);
  if (longest <= extent) return image;
  host::Image small(std::max(1, begin_of(extent, image.width, longest)),
                    std::max(1, begin_of(extent, image.height, longest)));
  for (int y = 0; y < small.height; ++y) {
    for (int x = 0; x < small.width; ++x) {
      average(image, begin_of(x, image.width, small.width), begin_of(y, image.height, small.height),
              begin_of(x + 1, image.width, small.width),
              begin_of(y + 1, image.height, small.height), small.pixel(x, y));
    }
  }
  return small;
}

std::string base64(std::span<const uint8_t> bytes) {
  constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t i = 0; i < bytes.size(); i += 3) {
    const size_t left = std::min<size_t>(bytes.size() - i, 3);
    uint32_t group = 0;
    for (size_t k = 0; k < 3; ++k) group = group << 8 | (k < left ? bytes[i + k] : 0u);
    for (size_t k = 0; k < 4; ++k) {
      out += k <= left ? kDigits[group >> (18 - 6 * k) & 63] : '=';
    }
  }
  return out;
}

std::string data_uri(const host::Image& image) {
  if (host::codecs::have_jpeg()) {
    return "data:image/jpeg;base64," + base64(host::codecs::encode_jpeg(image));
  }
  return "data:image/png;base64," + base64(host::codecs::encode_png(image));
}

}  // namespace linnet::bench::accuracy
