#include "host/html.h"

namespace linnet::host {
namespace {

constexpr const char* kStyle =
    "body{font:15px/1.5 system-ui,sans-serif;max-width:1100px;margin:2em auto;padding:0 1em;"
    "color:#1d2733;background:#fff}h1,h2{font-weight:600}table{border-collapse:collapse;margin:1em "
    "0}td,th{padding:.2em .8em;text-align:right;border-bottom:1px solid #dde3ea}"
    "td:first-child,th:first-child{text-align:left}.facts td{text-align:left}"
    ".warning{background:#fff3d6;border-left:4px solid #e0a100;padding:.5em 1em}"
    "svg text{font:11px system-ui,sans-serif;fill:#1d2733}";

}  // namespace

std::string html_escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string html_begin(const std::string& title, const std::string& style) {
  return "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>" +
         html_escaped(title) + "</title><style>" + kStyle + style + "</style></head><body>";
}

}  // namespace linnet::host
