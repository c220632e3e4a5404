// A text that grows by <<.
#pragma once

#include <sstream>

namespace linnet::host {

// std::ostringstream forgets what did not fit into memory and goes on; here std::bad_alloc comes
// through, so that no text is cut off without a word.
class TextStream : public std::ostringstream {
 public:
  TextStream() { exceptions(std::ios_base::badbit); }
};

}  // namespace linnet::host
