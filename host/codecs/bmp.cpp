// Windows bitmaps: BITMAPFILEHEADER, BITMAPINFOHEADER or a later one, palette, rows.
#include <algorithm>
#include <string>

#include "host/codecs/codecs.h"

namespace linnet::host::codecs {
namespace {

constexpr size_t kFileHeaderBytes = 14, kInfoHeaderBytes = 40, kCoreHeaderBytes = 12;
constexpr uint32_t kRgb = 0, kBitFields = 3;

[[noreturn]] void fail(const std::string& problem) {
  throw ImageError("BMP: " + problem);
}

uint32_t u16(Bytes file, size_t at) {
  return file[at] | uint32_t{file[at + 1]} << 8;
}

uint32_t u32(Bytes file, size_t at) {
  return u16(file, at) | u16(file, at + 2) << 16;
}

struct Header {
  int64_t width = 0, height = 0;
  bool top_down = false;
  uint32_t bits = 0;
  size_t pixels = 0;   // where the rows begin
  size_t palette = 0;  // where it begins
  size_t colours = 0, colour_bytes = 4;
};

void check_bit_fields(Bytes file, size_t masks) {
  if (masks + 12 > file.size() || u32(file, masks) != 0xFF0000 || u32(file, masks + 4) != 0xFF00 ||
      u32(file, masks + 8) != 0xFF) {
    fail("expected 8 bits a channel in the order B G R, found other bit fields");
  }
}

Header read_header(Bytes file) {
  if (file.size() < kFileHeaderBytes + kInfoHeaderBytes) fail("cut off in the header");
  Header header;
  const size_t info_bytes = u32(file, 14);
  header.pixels = u32(file, 10);
  uint32_t compression = kRgb;
  if (info_bytes == kCoreHeaderBytes) {
    header.width = u16(file, 18);
    header.height = u16(file, 20);
    header.bits = u16(file, 24);
    header.colour_bytes = 3;
  } else if (info_bytes >= kInfoHeaderBytes && info_bytes <= 124) {
    header.width = static_cast<int32_t>(u32(file, 18));
    header.height = static_cast<int32_t>(u32(file, 22));
    header.top_down = header.height < 0;
    header.height = std::abs(header.height);
    header.bits = u16(file, 28);
    compression = u32(file, 30);
    header.colours = u32(file, 46);
  } else {
    fail("expected an info header of 12 or 40 to 124 bytes, found " + std::to_string(info_bytes));
  }
  if (header.bits != 8 && header.bits != 24 && header.bits != 32) {
    fail("expected 8, 24 or 32 bits a pixel, found " + std::to_string(header.bits));
  }
  if (compression == kBitFields && header.bits == 32) {
    check_bit_fields(file, kFileHeaderBytes + kInfoHeaderBytes);
  } else if (compression != kRgb) {
    fail("expected pixels that are not compressed, found compression " +
         std::to_string(compression));
  }
  header.palette = kFileHeaderBytes + info_bytes;
  if (header.bits == 8 && header.colours == 0) header.colours = 256;
  return header;
}

// 256 colours, those that the file does not have black.
std::vector<uint8_t> read_palette(Bytes file, const Header& header) {
  std::vector<uint8_t> palette(3 * 256);
  if (header.bits != 8) return palette;
  if (header.colours > 256 || header.palette + header.colours * header.colour_bytes > file.size()) {
    fail("the palette does not fit the file");
  }
  for (size_t i = 0; i < header.colours; ++i) {
    const Bytes bgr = file.subspan(header.palette + i * header.colour_bytes, 3);
    std::reverse_copy(bgr.begin(), bgr.end(), palette.begin() + static_cast<ptrdiff_t>(3 * i));
  }
  return palette;
}

template <class T>
void append(T value, Buffer* file) {
  for (size_t i = 0; i < sizeof value; ++i) {
    file->push_back(static_cast<uint8_t>(static_cast<uint64_t>(value) >> (8 * i)));
  }
}

}  // namespace

bool is_bmp(Bytes file) {
  return file.size() >= kFileHeaderBytes && file[0] == 'B' && file[1] == 'M';
}

Image decode_bmp(Bytes file) {
  const Header header = read_header(file);
  check_size("BMP", header.width, header.height);
  const size_t row_bytes = (static_cast<size_t>(header.width) * header.bits / 8 + 3) / 4 * 4;
  const size_t needed = row_bytes * static_cast<size_t>(header.height);
  if (header.pixels > file.size() || file.size() - header.pixels < needed) {
    fail("cut off: expected " + std::to_string(needed) + " bytes of pixels at byte " +
         std::to_string(header.pixels) + " of a file of " + std::to_string(file.size()));
  }
  const std::vector<uint8_t> palette = read_palette(file, header);
  Image image(static_cast<int>(header.width), static_cast<int>(header.height));
  const size_t pixel_bytes = header.bits / 8;
  for (int y = 0; y < image.height; ++y) {
    const int row = header.top_down ? y : image.height - 1 - y;
    const uint8_t* from = file.data() + header.pixels + static_cast<size_t>(row) * row_bytes;
    uint8_t* to = image.pixel(0, y);
    for (int x = 0; x < image.width; ++x, to += 3, from += pixel_bytes) {
      if (pixel_bytes == 1) {
        std::copy_n(palette.data() + 3 * size_t{*from}, 3, to);
      } else {
        std::reverse_copy(from, from + 3, to);
      }
    }
  }
  return image;
}

Buffer encode_bmp(const Image& image) {
  const size_t row_bytes = (3 * static_cast<size_t>(image.width) + 3) / 4 * 4;
  const size_t pixel_bytes = row_bytes * static_cast<size_t>(image.height);
  const size_t header_bytes = kFileHeaderBytes + kInfoHeaderBytes;
  Buffer file = {'B', 'M'};
  file.reserve(header_bytes + pixel_bytes);
  append(static_cast<uint32_t>(header_bytes + pixel_bytes), &file);
  append(uint32_t{0}, &file);  // reserved
  append(static_cast<uint32_t>(header_bytes), &file);
  append(static_cast<uint32_t>(kInfoHeaderBytes), &file);
  append(static_cast<uint32_t>(image.width), &file);
  append(static_cast<uint32_t>(image.height), &file);
  append(uint16_t{1}, &file);   // planes
  append(uint16_t{24}, &file);  // bits a pixel
  append(kRgb, &file);
  append(static_cast<uint32_t>(pixel_bytes), &file);
  append(uint64_t{0}, &file);  // pixels a metre
  append(uint64_t{0}, &file);  // colours
  for (int y = image.height - 1; y >= 0; --y) {
    for (int x = 0; x < image.width; ++x) {
      const uint8_t* const p = image.pixel(x, y);
      file.insert(file.end(), {p[2], p[1], p[0]});
    }
    file.resize(file.size() + row_bytes - 3 * static_cast<size_t>(image.width));
  }
  return file;
}

}  // namespace linnet::host::codecs
