// printf into a string.
#pragma once

#include <string>

namespace linnet::host {

// As printf, of any length.
std::string formatted(const char* format, ...) __attribute__((format(printf, 1, 2)));

}  // namespace linnet::host
