#include "host/draw.h"

#include <gtest/gtest.h>

#include <cmath>

#include "host/font.h"

namespace linnet::host {
namespace {

int count(const Image& image, Colour colour) {
  int found = 0;
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) {
      const uint8_t* const p = image.pixel(x, y);
      if (Colour{p[0], p[1], p[2]} == colour) ++found;
    }
  }
  return found;
}

constexpr Colour kRed{255, 0, 0};

TEST(Draw, Rectangle) {
  Image image(20, 10);
  draw_rectangle(&image, 2, 3, 12, 9, 2, kRed);
  EXPECT_EQ(count(image, kRed), 10 * 6 - 6 * 2);
  EXPECT_EQ(image.pixel(2, 3)[0], 255);
  EXPECT_EQ(image.pixel(11, 8)[0], 255);
  EXPECT_EQ(image.pixel(12, 8)[0], 0);
  EXPECT_EQ(image.pixel(4, 5)[0], 0);
}

TEST(Draw, RectangleThinnerThanItsLine) {
  Image image(20, 10);
  draw_rectangle(&image, 5, 5, 6, 8, 3, kRed);
  EXPECT_EQ(count(image, kRed), 3);
  draw_rectangle(&image, 5, 5, 5, 5, 3, kRed);
  EXPECT_EQ(count(image, kRed), 3);
}

TEST(Draw, ClipsToThePicture) {
  Image image(8, 8);
  draw_rectangle(&image, -1000000, -1000000, 1000000, 1000000, 3, kRed);
  EXPECT_EQ(count(image, kRed), 0);
  fill_rectangle(&image, -5, 6, 100, 100, kRed);
  EXPECT_EQ(count(image, kRed), 16);
  draw_text(&image, -7, -3, "Wg~", 2, kRed);
  draw_text(&image, 5, 5, "Wg~", 3, kRed);
}

TEST(Draw, TextFillsItsSize) {
  for (const int scale : {1, 3}) {
    const TextSize size = text_size("Eg", scale);
    EXPECT_EQ(size.width, 11 * scale);
    EXPECT_EQ(size.height, kGlyphHeight * scale);
    Image image(size.width, size.height);
    draw_text(&image, 0, 0, "Eg", scale, kRed);
    EXPECT_EQ(image.pixel(0, 0)[0], 255);                                     // E: upper left
    EXPECT_EQ(image.pixel(size.width - 2 * scale, size.height - 1)[0], 255);  // g: its descender
  }
  EXPECT_EQ(text_size("", 2).width, 0);
  EXPECT_EQ(text_size("\xE8\xBD\xA6", 1).width, kGlyphWidth);
}

TEST(Draw, EveryGlyphDiffers) {
  for (char32_t a = 0x20; a < 0x80; ++a) {
    for (char32_t b = a + 1; b < 0x80; ++b)
      EXPECT_NE(glyph(a), glyph(b)) << static_cast<uint32_t>(a) << " " << static_cast<uint32_t>(b);
  }
  EXPECT_EQ(glyph(0x8F66), glyph(0x7F));
  EXPECT_EQ(glyph(7), glyph(0x7F));
}

double distance(Colour a, Colour b) {
  return std::hypot(a.r - b.r, a.g - b.g, a.b - b.b);
}

TEST(Draw, ClassColoursDiffer) {
  for (int i = 0; i < 100; ++i) {
    EXPECT_GT(distance(class_colour(i), class_colour(i + 1)), 100) << i;
    for (int j = i + 1; j < 100; ++j) {
      EXPECT_GT(distance(class_colour(i), class_colour(j)), 2) << i << " " << j;
    }
  }
}

TEST(Draw, TextColourIsReadable) {
  EXPECT_EQ(text_colour({255, 255, 0}), (Colour{0, 0, 0}));
  EXPECT_EQ(text_colour({0, 0, 160}), (Colour{255, 255, 255}));
}

}  // namespace
}  // namespace linnet::host
