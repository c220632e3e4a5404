// What the pages of reports have in common.
#pragma once

#include <string>

namespace linnet::host {

// For text and for attributes in quotes.
std::string html_escaped(const std::string& text);

// Everything up to the first heading; style: rules of this page, after the common ones.
std::string html_begin(const std::string& title, const std::string& style = "");

inline constexpr const char* kHtmlEnd = "</body></html>\n";

}  // namespace linnet::host
