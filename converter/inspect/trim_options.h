// What a library that is built for one model must contain (linnet-convert --ops).
#pragma once

#include <cstddef>
#include <string>

namespace linnet::converter {

// The CMake options, one line: "-DLINNET_TYPES=int8 -DLINNET_OPS=conv2d,dwconv2d". file: 64-byte
// aligned bytes. Throws ConvertError for a file that the verifier refuses.
std::string trim_options(const void* file, size_t bytes);

}  // namespace linnet::converter
