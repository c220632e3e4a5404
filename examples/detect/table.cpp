#include <algorithm>

#include "examples/detect/result.h"
#include "host/format.h"
#include "host/utf8.h"

namespace linnet::detect {
namespace {

size_t characters(const std::string& text) {
  size_t count = 0;
  for (size_t i = 0; i < text.size(); ++count) (void)host::next_code_point(text, &i);
  return count;
}

// Control characters in a model's names must not reach the terminal.
std::string printable(const std::string& text) {
  std::string out;
  for (size_t i = 0; i < text.size();) {
    const char32_t c = host::next_code_point(text, &i);
    const bool control = c < 0x20 || (c >= 0x7F && c < 0xA0);
    host::append_utf8(control ? host::kReplacementCharacter : c, &out);
  }
  return out;
}

}  // namespace

std::string to_table(const Result& result, const std::vector<std::string>& class_names) {
  const Times& t = result.times;
  std::string text =
      printable(result.path) +
      host::formatted(" (%dx%d): %zu %s; letterbox %.1f, network %.1f ms\n", result.width,
                      result.height, result.boxes.size(),
                      result.boxes.size() == 1 ? "box" : "boxes", t.letterbox, t.network);
  if (result.boxes.empty()) return text;
  const auto name = [&class_names](const linnet_box& box) {
    return printable(class_names[static_cast<size_t>(box.class_id)]);
  };
  size_t widest = 5;
  for (const linnet_box& box : result.boxes) widest = std::max(widest, characters(name(box)));
  const auto padded = [widest](const std::string& s) {
    std::string column = "  ";
    column += s;
    column.append(widest - characters(s), ' ');
    return column;
  };
  text += padded("class") + "  score       x1       y1       x2       y2\n";
  for (const linnet_box& box : result.boxes) {
    text += padded(name(box)) +
            host::formatted("  %.3f %8.1f %8.1f %8.1f %8.1f\n", static_cast<double>(box.score),
                            static_cast<double>(box.x1), static_cast<double>(box.y1),
                            static_cast<double>(box.x2), static_cast<double>(box.y2));
  }
  return text;
}

}  // namespace linnet::detect
