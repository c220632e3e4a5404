#include <utility>

#include "host/codecs/codecs.h"

namespace linnet::host::codecs {
namespace {

// Numbers of a TIFF block in its own byte order; 0 behind the end.
class Tiff {
 public:
  explicit Tiff(Bytes bytes) : bytes_(bytes), big_(!bytes.empty() && bytes[0] == 'M') {}

  uint32_t u16(size_t at) const { return number(at, 2); }
  uint32_t u32(size_t at) const { return number(at, 4); }

 private:
  uint32_t number(size_t at, size_t size) const {
    if (at > bytes_.size() || size > bytes_.size() - at) return 0;
    uint32_t value = 0;
    for (size_t i = 0; i < size; ++i) {
      value = value << 8 | bytes_[at + (big_ ? i : size - 1 - i)];
    }
    return value;
  }

  Bytes bytes_;
  bool big_;
};

}  // namespace

int exif_orientation(Bytes bytes) {
  constexpr uint32_t kTiffMagic = 42, kOrientation = 0x0112, kShort = 3;
  constexpr size_t kEntryBytes = 12;
  const Tiff tiff(bytes);
  if (bytes.size() < 8 || bytes[0] != bytes[1] || (bytes[0] != 'I' && bytes[0] != 'M') ||
      tiff.u16(2) != kTiffMagic) {
    return 1;
  }
  const size_t directory = tiff.u32(4);
  const uint32_t entries = tiff.u16(directory);
  for (size_t i = 0; i < entries; ++i) {
    const size_t entry = directory + 2 + i * kEntryBytes;
    if (tiff.u16(entry) == kOrientation && tiff.u16(entry + 2) == kShort) {
      const uint32_t value = tiff.u16(entry + 8);
      return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
    }
  }
  return 1;
}

Image apply_orientation(Image image, int orientation) {
  if (orientation <= 1 || orientation > 8) return image;
  // Where row 0 and column 0 of the file are seen, as in the EXIF standard's table.
  const bool transposed = orientation >= 5;
  const bool flip_x = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
  const bool flip_y = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  Image out = transposed ? Image(image.height, image.width) : Image(image.width, image.height);
  for (int y = 0; y < out.height; ++y) {
    for (int x = 0; x < out.width; ++x) {
      int sx = transposed ? y : x, sy = transposed ? x : y;
      if (flip_x) sx = image.width - 1 - sx;
      if (flip_y) sy = image.height - 1 - sy;
      const uint8_t* const from = image.pixel(sx, sy);
      std::copy(from, from + 3, out.pixel(x, y));
    }
  }
  return out;
}

}  // namespace linnet::host::codecs
