// What a .lnt file holds, for people and for scripts (linnet-convert --inspect).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace linnet::converter {

// file: 64-byte aligned bytes. height, width: the input size whose arena is asked for, 0 = native.
// Throw ConvertError for a file that the verifier refuses or a size that the model cannot take.
std::string inspect_text(const void* file, size_t bytes, int height, int width);
std::string inspect_json(const void* file, size_t bytes, int height, int width);
// Weights and arena at the native size, two lines.
std::string inspect_summary(const std::vector<uint8_t>& file);

}  // namespace linnet::converter
