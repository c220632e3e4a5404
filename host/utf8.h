// UTF-8, one code point at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace linnet::host {

inline constexpr char32_t kReplacementCharacter = 0xFFFD;

// Reads the code point at *position and moves behind it. A byte that starts no valid sequence
// (overlong forms, surrogates and values above U+10FFFF included) is one kReplacementCharacter.
char32_t next_code_point(std::string_view text, size_t* position);

void append_utf8(char32_t code_point, std::string* text);

}  // namespace linnet::host
