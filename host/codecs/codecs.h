// One pair of functions per picture format. Decoders take whole files of any content and throw
// ImageError; encoders give a whole file.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "host/image.h"

namespace linnet::host::codecs {

using Bytes = std::span<const uint8_t>;
using Buffer = std::vector<uint8_t>;

bool is_jpeg(Bytes file);
bool is_png(Bytes file);
bool is_pnm(Bytes file);
bool is_bmp(Bytes file);

Image decode_jpeg(Bytes file);
Image decode_png(Bytes file);
Image decode_pnm(Bytes file);  // P2, P3, P5, P6; up to 16 bits
Image decode_bmp(Bytes file);  // 8-bit palette, 24 and 32 bits; not compressed

Buffer encode_jpeg(const Image& image);  // quality 95
Buffer encode_png(const Image& image);
// A PNG with stored (not compressed) data: needs no library.
Buffer encode_png_stored(const Image& image);
Buffer encode_ppm(const Image& image);
Buffer encode_bmp(const Image& image);

bool have_jpeg();
bool have_png();

// EXIF orientation, 1 to 8, from a TIFF block (what follows "Exif\0\0" in JPEG); 1 if there is none
// or it is malformed. EXIF 2.3, tag 0x0112.
int exif_orientation(Bytes tiff);
// The picture as it is to be seen: mirrored and turned.
Image apply_orientation(Image image, int orientation);

// Throws ImageError that names the format if a side or the area is out of bounds.
void check_size(const char* format, int64_t width, int64_t height);
// Throws ImageError if a whole picture of that many pixels cannot be in a file of that size: a few
// bytes must not cost the time and memory of a large picture.
void check_density(const char* format, int64_t pixels, size_t file_bytes,
                   int64_t max_pixels_per_byte);

}  // namespace linnet::host::codecs
