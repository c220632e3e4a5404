// The converter's only exception: one line that names the file, the node and what to do.
#pragma once

#include <stdexcept>
#include <string>

namespace linnet::converter {

class ConvertError : public std::runtime_error {
 public:
  // `where` names the node or the place in the file ("Conv 'model.0/Conv_3'", "byte 1234");
  // `problem` says what was expected, what was found and what to do, without a final full stop.
  ConvertError(const std::string& where, const std::string& problem)
      : std::runtime_error(one_line(where.empty() ? problem : where + ": " + problem)) {}

 private:
  // Names come from untrusted files: no control characters, no megabytes.
  static std::string one_line(std::string text) {
    constexpr size_t kMaxBytes = 1000;
    if (text.size() > kMaxBytes) text = text.substr(0, kMaxBytes) + "…";
    for (char& c : text) {
      const auto byte = static_cast<unsigned char>(c);
      if (byte < 0x20 || byte == 0x7F) c = '?';
    }
    return text;
  }
};

}  // namespace linnet::converter
