#include <algorithm>
#include <cmath>
#include <cstdio>

#include "examples/detect/result.h"
#include "host/draw.h"

namespace linnet::detect {
namespace {

struct Rectangle {
  int x1, y1, x2, y2;
};

Rectangle rounded(const linnet_box& box) {
  const auto whole = [](float x) { return static_cast<int>(std::lround(x)); };
  return {whole(box.x1), whole(box.y1), std::max(whole(box.x2), whole(box.x1) + 1),
          std::max(whole(box.y2), whole(box.y1) + 1)};
}

std::string label_of(const linnet_box& box, const std::vector<std::string>& class_names) {
  char score[16];
  std::snprintf(score, sizeof score, " %.2f", static_cast<double>(box.score));
  return class_names[static_cast<size_t>(box.class_id)] + score;
}

// Above the box if there is room, else inside it, and always inside the picture.
void draw_label(host::Image* image, const Rectangle& at, const std::string& text,
                host::Colour colour) {
  const int scale = host::text_scale_for(*image), margin = 2 * scale;
  const host::TextSize size = host::text_size(text, scale);
  const int width = size.width + 2 * margin, height = size.height + 2 * margin - scale;
  const int top = at.y1 >= height ? at.y1 - height : std::min(at.y1, image->height - height);
  const int y = std::max(0, top);
  const int x = std::max(0, std::min(at.x1, image->width - width));
  host::fill_rectangle(image, x, y, x + width, y + height, colour);
  host::draw_text(image, x + margin, y + margin, text, scale, host::text_colour(colour));
}

}  // namespace

void annotate(host::Image* image, const std::vector<linnet_box>& boxes,
              const std::vector<std::string>& class_names) {
  const int line = host::line_width_for(*image);
  for (auto box = boxes.rbegin(); box != boxes.rend(); ++box) {
    const Rectangle r = rounded(*box);
    host::draw_rectangle(image, r.x1, r.y1, r.x2, r.y2, line, host::class_colour(box->class_id));
  }
  // Labels last: no frame may cross one.
  for (auto box = boxes.rbegin(); box != boxes.rend(); ++box) {
    draw_label(image, rounded(*box), label_of(*box, class_names),
               host::class_colour(box->class_id));
  }
}

}  // namespace linnet::detect
