// Boxes and labels on pictures.
#pragma once

#include <cstdint>
#include <string_view>

#include "host/image.h"

namespace linnet::host {

struct Colour {
  uint8_t r = 0, g = 0, b = 0;
  bool operator==(const Colour&) const = default;
};

// A colour for class `index`: neighbours differ strongly, the first hundred all differ.
Colour class_colour(int index);
// Black or white, whichever is easier to read on `background` (WCAG relative luminance).
Colour text_colour(Colour background);

// Line width and text scale that suit a picture of this size; both at least 1.
int line_width_for(const Image& image);
int text_scale_for(const Image& image);

// Everything is clipped to the picture; coordinates may lie anywhere outside of it.

// Fills [x1, x2) x [y1, y2).
void fill_rectangle(Image* image, int x1, int y1, int x2, int y2, Colour colour);
// The outline of [x1, x2) x [y1, y2), `width` pixels wide, inwards.
void draw_rectangle(Image* image, int x1, int y1, int x2, int y2, int width, Colour colour);
// UTF-8 text with its upper left corner at (x, y), each font pixel `scale` pixels large.
void draw_text(Image* image, int x, int y, std::string_view text, int scale, Colour colour);

struct TextSize {
  int width = 0, height = 0;
};
TextSize text_size(std::string_view text, int scale);

}  // namespace linnet::host
