#include "engine/error.h"

namespace {

// Appends to a buffer of fixed size and counts what would have been needed.
class LineWriter {
 public:
  LineWriter(char* text, size_t capacity) : text_(text), capacity_(capacity) {}

  void put(char c) {
    if (length_ + 1 < capacity_) text_[length_] = c;
    ++length_;
  }
  void put(const char* s) {
    while (*s != '\0') put(*s++);
  }
  // Divides in pieces of 16 bits: a division of 64 would be a call of the compiler's library.
  void put(uint64_t value) {
    auto high = static_cast<uint32_t>(value >> 32), low = static_cast<uint32_t>(value);
    char digits[20];
    int count = 0;
    do {
      const uint32_t upper = (high % 10) << 16 | low >> 16;
      const uint32_t lower = (upper % 10) << 16 | (low & 0xFFFF);
      digits[count++] = static_cast<char>('0' + lower % 10);
      high /= 10;
      low = (upper / 10) << 16 | lower / 10;
    } while ((high | low) != 0);
    while (count > 0) put(digits[--count]);
  }
  size_t finish() {
    if (capacity_ > 0) text_[length_ < capacity_ ? length_ : capacity_ - 1] = '\0';
    return length_;
  }

 private:
  char* text_;
  size_t capacity_;
  size_t length_ = 0;
};

}  // namespace

namespace linnet {

linnet_status report(linnet_error* error, linnet_status status, const char* what, uint64_t expected,
                     uint64_t found, int64_t index) {
  if (error != nullptr) *error = {status, what, expected, found, index};
  return status;
}

}  // namespace linnet

extern "C" {

const char* linnet_status_name(linnet_status status) {
  switch (status) {
    case LINNET_OK:
      return "ok";
    case LINNET_INVALID_ARGUMENT:
      return "invalid argument";
    case LINNET_BAD_MODEL:
      return "bad model";
    case LINNET_UNSUPPORTED:
      return "unsupported by this build";
    case LINNET_ARENA_TOO_SMALL:
      return "arena too small";
    case LINNET_MISALIGNED:
      return "misaligned";
    case LINNET_BUSY:
      return "busy";
  }
  return "unknown status";
}

size_t linnet_error_format(const linnet_error* error, char* text, size_t capacity) {
  LineWriter out(text, text == nullptr ? 0 : capacity);
  if (error == nullptr) return out.finish();
  out.put(linnet_status_name(error->status));
  if (error->what != nullptr && *error->what != '\0') {
    out.put(": ");
    out.put(error->what);
  }
  if (error->expected != error->found) {
    out.put(": expected ");
    out.put(error->expected);
    out.put(", found ");
    out.put(error->found);
  }
  if (error->index >= 0) {
    out.put(" (at index ");
    out.put(static_cast<uint64_t>(error->index));
    out.put(")");
  }
  return out.finish();
}

}  // extern "C"
