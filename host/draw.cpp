#include "host/draw.h"

#include <algorithm>
#include <cmath>

#include "host/font.h"
#include "host/utf8.h"

namespace linnet::host {
namespace {

// hue in [0, 1), saturation and value in [0, 1].
Colour from_hsv(double hue, double saturation, double value) {
  const auto channel = [&](double offset) {
    const double k = std::fmod(offset + 6 * hue, 6);
    const double x = value - value * saturation * std::clamp(std::min(k, 4 - k), 0.0, 1.0);
    return static_cast<uint8_t>(std::lround(255 * x));
  };
  return {channel(5), channel(3), channel(1)};
}

// WCAG 2.1, relative luminance.
double luminance(Colour colour) {
  const auto linear = [](uint8_t channel) {
    const double x = channel / 255.0;
    return x <= 0.04045 ? x / 12.92 : std::pow((x + 0.055) / 1.055, 2.4);
  };
  return 0.2126 * linear(colour.r) + 0.7152 * linear(colour.g) + 0.0722 * linear(colour.b);
}

int mean_side(const Image& image) {
  return (image.width + image.height) / 2;
}

}  // namespace

Colour class_colour(int index) {
  // Steps of the golden ratio keep hues apart however many there are; saturation and brightness
  // change more slowly to tell close hues apart.
  constexpr double kGoldenStep = 0.61803398874989485;
  constexpr double kSaturations[] = {0.95, 0.6, 0.8}, kValues[] = {1.0, 0.8};
  const double hue = std::fmod(0.04 + index * kGoldenStep, 1.0);
  return from_hsv(hue, kSaturations[index / 7 % 3], kValues[index / 21 % 2]);
}

Colour text_colour(Colour background) {
  constexpr double kSameContrast = 0.179;  // with black and with white
  return luminance(background) > kSameContrast ? Colour{0, 0, 0} : Colour{255, 255, 255};
}

int line_width_for(const Image& image) {
  return std::max(1, (mean_side(image) + 150) / 300);
}

int text_scale_for(const Image& image) {
  return std::max(1, (mean_side(image) + 200) / 400);
}

void fill_rectangle(Image* image, int x1, int y1, int x2, int y2, Colour colour) {
  const int left = std::max(x1, 0), right = std::min(x2, image->width);
  for (int y = std::max(y1, 0); y < std::min(y2, image->height); ++y) {
    for (int x = left; x < right; ++x) {
      uint8_t* const p = image->pixel(x, y);
      p[0] = colour.r;
      p[1] = colour.g;
      p[2] = colour.b;
    }
  }
}

void draw_rectangle(Image* image, int x1, int y1, int x2, int y2, int width, Colour colour) {
  fill_rectangle(image, x1, y1, x2, std::min(y1 + width, y2), colour);
  fill_rectangle(image, x1, std::max(y2 - width, y1), x2, y2, colour);
  fill_rectangle(image, x1, y1, std::min(x1 + width, x2), y2, colour);
  fill_rectangle(image, std::max(x2 - width, x1), y1, x2, y2, colour);
}

void draw_text(Image* image, int x, int y, std::string_view text, int scale, Colour colour) {
  for (size_t i = 0; i < text.size() && x < image->width; x += kGlyphAdvance * scale) {
    const Glyph& rows = glyph(next_code_point(text, &i));
    for (int row = 0; row < kGlyphHeight; ++row) {
      for (int column = 0; column < kGlyphWidth; ++column) {
        if ((rows[static_cast<size_t>(row)] >> (kGlyphWidth - 1 - column) & 1) == 0) continue;
        const int left = x + column * scale, top = y + row * scale;
        fill_rectangle(image, left, top, left + scale, top + scale, colour);
      }
    }
  }
}

TextSize text_size(std::string_view text, int scale) {
  int characters = 0;
  for (size_t i = 0; i < text.size(); ++characters) (void)next_code_point(text, &i);
  const int gap = kGlyphAdvance - kGlyphWidth;
  return {characters == 0 ? 0 : (characters * kGlyphAdvance - gap) * scale, kGlyphHeight * scale};
}

}  // namespace linnet::host
