// Picture files in and out. JPEG and PNG need libjpeg and libpng at build time; PPM, PGM and BMP
// are always read, and PNG, PPM and BMP are always written.
#pragma once

#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "linnet/linnet.h"

namespace linnet::host {

inline constexpr int kMaxImageExtent = 16384;        // a side
inline constexpr int64_t kMaxImagePixels = 1 << 26;  // width * height

// 8-bit R G B, rows from the top, tightly packed: rgb.size() == 3 * width * height.
struct Image {
  int width = 0, height = 0;
  std::vector<uint8_t> rgb;

  Image() = default;
  // Black. Throws ImageError if a side or the area is out of bounds.
  Image(int image_width, int image_height);
  uint8_t* pixel(int x, int y) { return rgb.data() + 3 * (static_cast<size_t>(y) * width + x); }
  const uint8_t* pixel(int x, int y) const {
    return rgb.data() + 3 * (static_cast<size_t>(y) * width + x);
  }
  // As the engine wants it; borrowed.
  linnet_image view() const;
};

class ImageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Content decides the format, not names. Like OpenCV's imread(IMREAD_COLOR): grey and palettes
// become RGB, 16 bits become 8 (the upper ones), alpha is dropped, the EXIF orientation of JPEG and
// PNG is applied. A file that is cut off is an error. Throws ImageError with one line.
Image decode_image(std::span<const uint8_t> file);
// The same from a file; its name comes first in the message. Throws std::runtime_error.
Image read_image(const std::string& path);

// The ending of `path` chooses the format: .png, .ppm, .bmp, .jpg or .jpeg; anything else is an
// ImageError. Written to a temporary file first. Throws std::runtime_error.
void write_image(const std::string& path, const Image& image);
// True if write_image knows the ending.
bool is_image_path(const std::string& path);
// "JPEG, PNG, PPM, PGM, BMP" without what this build cannot read.
std::string readable_image_formats();

}  // namespace linnet::host
