// Names from an untrusted file, made fit for one line of text.
#pragma once

#include <string>
#include <string_view>

namespace linnet::converter::torch {

// 'name', with bytes that are not printable ASCII as '?' and at most 100 characters.
inline std::string quote(std::string_view text) {
  constexpr size_t kMax = 100;
  std::string quoted = "'";
  for (const char c : text.substr(0, kMax)) quoted += c >= ' ' && c <= '~' ? c : '?';
  return quoted + (text.size() > kMax ? "…'" : "'");
}

}  // namespace linnet::converter::torch
