// A PNG writer without a library: zlib's stored blocks (RFC 1950, RFC 1951 section 3.2.4) in PNG
// chunks (https://www.w3.org/TR/png/).
#include <algorithm>
#include <string_view>

#include "host/codecs/codecs.h"
#include "model/crc32.h"

namespace linnet::host::codecs {
namespace {

void append_u32_big(uint32_t value, Buffer* out) {
  for (int shift = 24; shift >= 0; shift -= 8) out->push_back(static_cast<uint8_t>(value >> shift));
}

void append_chunk(std::string_view type, Bytes data, Buffer* file) {
  append_u32_big(static_cast<uint32_t>(data.size()), file);
  const size_t begin = file->size();
  file->insert(file->end(), type.begin(), type.end());
  file->insert(file->end(), data.begin(), data.end());
  append_u32_big(crc32(0, file->data() + begin, file->size() - begin), file);
}

uint32_t adler32(Bytes data) {
  constexpr uint32_t kPrime = 65521;
  constexpr size_t kRun = 5552;  // additions before the sums could overflow
  uint32_t a = 1, b = 0;
  for (size_t begin = 0; begin < data.size(); begin += kRun) {
    for (const uint8_t byte : data.subspan(begin, std::min(kRun, data.size() - begin))) {
      a += byte;
      b += a;
    }
    a %= kPrime;
    b %= kPrime;
  }
  return b << 16 | a;
}

Buffer zlib_stored(Bytes data) {
  constexpr size_t kMaxBlock = 65535;
  Buffer out = {0x78, 0x01};
  for (size_t begin = 0; begin < data.size(); begin += kMaxBlock) {
    const size_t size = std::min(kMaxBlock, data.size() - begin);
    const auto low = static_cast<uint8_t>(size), high = static_cast<uint8_t>(size >> 8);
    const bool last = begin + size == data.size();
    out.insert(out.end(), {static_cast<uint8_t>(last ? 1 : 0), low, high,
                           static_cast<uint8_t>(~low), static_cast<uint8_t>(~high)});
    out.insert(out.end(), data.begin() + static_cast<ptrdiff_t>(begin),
               data.begin() + static_cast<ptrdiff_t>(begin + size));
  }
  append_u32_big(adler32(data), &out);
  return out;
}

}  // namespace

Buffer encode_png_stored(const Image& image) {
  Buffer file = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
  Buffer header;
  append_u32_big(static_cast<uint32_t>(image.width), &header);
  append_u32_big(static_cast<uint32_t>(image.height), &header);
  // 8 bits, RGB, deflate, adaptive filters, not interlaced.
  header.insert(header.end(), {8, 2, 0, 0, 0});
  append_chunk("IHDR", header, &file);
  Buffer rows;
  const size_t row_bytes = 3 * static_cast<size_t>(image.width);
  rows.reserve((row_bytes + 1) * static_cast<size_t>(image.height));
  for (int y = 0; y < image.height; ++y) {
    rows.push_back(0);  // filter: none
    rows.insert(rows.end(), image.pixel(0, y), image.pixel(0, y) + row_bytes);
  }
  append_chunk("IDAT", zlib_stored(rows), &file);
  append_chunk("IEND", {}, &file);
  return file;
}

}  // namespace linnet::host::codecs
