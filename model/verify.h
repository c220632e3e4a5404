// The verifier: nothing in a file is used before it has passed here.
//
// Guarantees for the engine: every offset, index, count and view is inside its table; regions are
// sorted, disjoint and cover the file; nodes only read tensors that earlier nodes (or the input)
// write; weight regions have exactly the size that their layout and shapes ask for; windows,
// factors and anchors are within the caps of format.h. What depends on the input size (extents) is
// checked by the engine at open time. Allocates nothing; reads the file a constant number of times;
// time O(bytes + nodes * views of one node).
#pragma once

#include <cstddef>
#include <cstdint>

namespace linnet {

enum class VerifyCode : uint8_t { ok, misaligned, bad, unsupported };

struct VerifyError {
  VerifyCode code = VerifyCode::ok;
  const char* what = "";  // static: the field, what it must be and what to do
  uint64_t expected = 0, found = 0;
  int64_t index = -1;  // of the record or byte
};

// file: any memory of `bytes` bytes. On failure *error says the first thing that is wrong.
bool model_verify(const void* file, size_t bytes, VerifyError* error);

// Length of the UTF-8 character at `text` (1 to 4), 0 if it is malformed, overlong, a surrogate or
// cut off after `bytes` bytes.
size_t utf8_character_bytes(const uint8_t* text, size_t bytes);
// True for the control characters U+0000 to U+001F and U+007F to U+009F, which move a terminal's
// cursor or worse. text: a valid character.
bool is_control_character(const uint8_t* text);

}  // namespace linnet
