// Portable pixmaps and greymaps: https://netpbm.sourceforge.net/doc/pnm.html
#include <string>

#include "host/codecs/codecs.h"

namespace linnet::host::codecs {
namespace {

constexpr int kMaxSample = 65535;

[[noreturn]] void fail(const std::string& problem) {
  throw ImageError("PPM: " + problem);
}

class Reader {
 public:
  explicit Reader(Bytes file) : file_(file), position_(2) {}

  int number(const char* what, int high) {
    skip_space();
    int value = 0;
    const size_t begin = position_;
    for (; position_ < file_.size() && is_digit(file_[position_]); ++position_) {
      value = value * 10 + (file_[position_] - '0');
      if (value > high) break;
    }
    if (position_ == begin || value > high) {
      fail(std::string("expected ") + what + ", a number up to " + std::to_string(high) +
           ", at byte " + std::to_string(begin));
    }
    return value;
  }

  // The samples of the binary forms begin after one white-space character.
  Bytes samples(size_t bytes) {
    if (position_ == file_.size() || !is_space(file_[position_])) {
      fail("expected white space behind the header");
    }
    const Bytes rest = file_.subspan(position_ + 1);
    if (rest.size() < bytes) {
      fail("cut off: expected " + std::to_string(bytes) + " bytes of samples, found " +
           std::to_string(rest.size()));
    }
    return rest.first(bytes);
  }

  size_t left() const { return file_.size() - position_; }

 private:
  static bool is_digit(uint8_t c) { return c >= '0' && c <= '9'; }
  static bool is_space(uint8_t c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

  void skip_space() {
    bool comment = false;
    for (; position_ < file_.size(); ++position_) {
      const uint8_t c = file_[position_];
      if (c == '#') comment = true;
      if (c == '\n' || c == '\r') comment = false;
      if (!comment && !is_space(c)) return;
    }
  }

  Bytes file_;
  size_t position_;
};

uint8_t to_8_bits(int sample, int max_sample) {
  if (max_sample == 255) return static_cast<uint8_t>(sample);
  return static_cast<uint8_t>((sample * 255 + max_sample / 2) / max_sample);
}

}  // namespace

bool is_pnm(Bytes file) {
  return file.size() >= 3 && file[0] == 'P' &&
         (file[1] == '2' || file[1] == '3' || file[1] == '5' || file[1] == '6') &&
         (file[2] == '#' || file[2] == ' ' || (file[2] >= '\t' && file[2] <= '\r'));
}

Image decode_pnm(Bytes file) {
  const bool text = file[1] < '5';
  const size_t channels = file[1] == '3' || file[1] == '6' ? 3 : 1;
  Reader reader(file);
  const int width = reader.number("the width", kMaxImageExtent);
  const int height = reader.number("the height", kMaxImageExtent);
  const int max_sample = reader.number("the largest sample", kMaxSample);
  check_size("PPM", width, height);
  if (max_sample == 0) fail("expected a largest sample of 1 to 65535, found 0");
  const size_t count = channels * static_cast<size_t>(width) * static_cast<size_t>(height);
  const size_t sample_bytes = max_sample > 255 ? 2 : 1;
  // A sample in text takes two characters, except the last one.
  if (text && reader.left() + 1 < 2 * count) fail("cut off");
  const Bytes samples = text ? Bytes() : reader.samples(count * sample_bytes);
  Image image(width, height);
  for (size_t i = 0; i < count; ++i) {
    int sample = 0;
    if (text) {
      sample = reader.number("a sample", max_sample);
    } else {
      sample = sample_bytes == 1 ? samples[i] : samples[2 * i] << 8 | samples[2 * i + 1];
      if (sample > max_sample) fail("a sample is larger than the largest that the header allows");
    }
    const uint8_t value = to_8_bits(sample, max_sample);
    for (size_t c = 0; c < 3 / channels; ++c) image.rgb[i * (3 / channels) + c] = value;
  }
  return image;
}

Buffer encode_ppm(const Image& image) {
  const std::string header =
      "P6\n" + std::to_string(image.width) + " " + std::to_string(image.height) + "\n255\n";
  Buffer file(header.begin(), header.end());
  file.insert(file.end(), image.rgb.begin(), image.rgb.end());
  return file;
}

}  // namespace linnet::host::codecs
