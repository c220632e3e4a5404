// Pictures inside of a page.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "host/image.h"

namespace linnet::bench::accuracy {

// With the longer side at most `extent`, aspect kept; each pixel is the mean of those it covers.
host::Image shrunk(const host::Image& image, int extent);

// RFC 4648, with padding.
std::string base64(std::span<const uint8_t> bytes);

// "data:image/..." for an <image>: JPEG, or PNG if this build writes none.
std::string data_uri(const host::Image& image);

}  // namespace linnet::bench::accuracy
