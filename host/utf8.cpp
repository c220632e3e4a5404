#include "host/utf8.h"

namespace linnet::host {

char32_t next_code_point(std::string_view text, size_t* position) {
  const auto byte = [text](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t lead = byte((*position)++);
  if (lead < 0x80) return lead;
  const int trailing = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
  if (lead < 0xC2 || lead > 0xF4 || text.size() - *position < static_cast<size_t>(trailing)) {
    return kReplacementCharacter;
  }
  char32_t value = lead & (0x3F >> trailing);
  for (int i = 0; i < trailing; ++i) {
    const uint8_t next = byte(*position + static_cast<size_t>(i));
    if ((next & 0xC0) != 0x80) return kReplacementCharacter;
    value = value << 6 | (next & 0x3F);
  }
  constexpr char32_t kSmallest[] = {0, 0x80, 0x800, 0x10000};
  if (value < kSmallest[trailing] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) {
    return kReplacementCharacter;
  }
  *position += static_cast<size_t>(trailing);
  return value;
}

void append_utf8(char32_t code_point, std::string* text) {
  const auto put = [text](char32_t byte) { text->push_back(static_cast<char>(byte)); };
  const auto trail = [&put, code_point](int shift) { put(0x80 | ((code_point >> shift) & 0x3F)); };
  if (code_point < 0x80) {
    put(code_point);
  } else if (code_point < 0x800) {
    put(0xC0 | code_point >> 6);
    trail(0);
  } else if (code_point < 0x10000) {
    put(0xE0 | code_point >> 12);
    trail(6);
    trail(0);
  } else {
    put(0xF0 | code_point >> 18);
    trail(12);
    trail(6);
    trail(0);
  }
}

}  // namespace linnet::host
