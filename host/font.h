// A bitmap font for labels: printable ASCII, all of one width.
#pragma once

#include <array>
#include <cstdint>

namespace linnet::host {

inline constexpr int kGlyphWidth = 5;    // pixels that may be set
inline constexpr int kGlyphAdvance = 6;  // from one character to the next
inline constexpr int kGlyphHeight = 9;   // 7 rows above the base line, 2 below

// Rows from the top; bit 4 is the leftmost pixel.
using Glyph = std::array<uint8_t, kGlyphHeight>;

// A hollow box for a character that the font does not have.
const Glyph& glyph(char32_t character);

}  // namespace linnet::host
