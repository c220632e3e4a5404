#include "host/args.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>

#include "host/near_names.h"

namespace linnet::host {
namespace {

const Option* find(const std::vector<Option>& options, const std::string& name) {
  const auto found = std::find_if(options.begin(), options.end(),
                                  [&](const Option& option) { return name == option.name; });
  return found == options.end() ? nullptr : &*found;
}

[[noreturn]] void unknown(const std::vector<Option>& options, const std::string& name) {
  const Option* closest = nullptr;
  size_t best = 4;
  for (const Option& option : options) {
    const size_t d = edit_distance(name, option.name);
    if (d < best) {
      best = d;
      closest = &option;
    }
  }
  std::string hint = closest == nullptr ? "" : std::string("; did you mean ") + closest->name + "?";
  throw UsageError("unknown option " + name + hint + " (--help lists them)");
}

// False if the value is optional and the word does not look like one.
bool takes_word(const Option& option, const std::string& word) {
  std::string ending = option.value;
  if (ending[0] != '[') return true;
  if (ending == "[NUMBER]")
    return !word.empty() && word.find_first_not_of("0123456789.") == std::string::npos;
  ending = ending.substr(std::min(ending.find('.'), ending.size()));
  ending.pop_back();
  return word.ends_with(ending);
}

}  // namespace

Args::Args(int argc, const char* const* argv, const std::vector<Option>& options) {
  bool only_positional = false;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (only_positional || word.size() < 2 || word[0] != '-') {
      positional_.push_back(word);
      continue;
    }
    if (word == "--") {
      only_positional = true;
      continue;
    }
    const size_t equals = word.find('=');
    const std::string name = word.substr(0, equals);
    const Option* option = find(options, name);
    if (option == nullptr) unknown(options, name);
    if (option->value == nullptr) {
      if (equals != std::string::npos)
        throw UsageError(name + ": takes no value, found '" + word + "'");
      given_.emplace_back(name, "");
    } else if (equals != std::string::npos) {
      given_.emplace_back(name, word.substr(equals + 1));
    } else if (i + 1 < argc && takes_word(*option, argv[i + 1])) {
      given_.emplace_back(name, argv[++i]);
    } else if (option->value[0] == '[') {
      given_.emplace_back(name, "");
    } else {
      throw UsageError(name + ": expected " + option->value + ", found nothing");
    }
  }
}

bool Args::has(const std::string& name) const {
  return std::any_of(given_.begin(), given_.end(),
                     [&](const auto& pair) { return pair.first == name; });
}

std::string Args::text(const std::string& name, const std::string& fallback) const {
  std::string result = fallback;
  for (const auto& [given, value] : given_) {
    if (given == name) result = value;
  }
  return result;
}

double Args::number(const std::string& name, double fallback, double low, double high) const {
  if (!has(name)) return fallback;
  const std::string value = text(name, "");
  char* end = nullptr;
  const double result = std::strtod(value.c_str(), &end);
  const bool ok = !value.empty() &&
                  value.find_first_not_of("-0123456789.eE") == std::string::npos && *end == 0 &&
                  std::isfinite(result) && result >= low && result <= high;
  if (!ok) {
    const auto show = [](double x) {
      std::string s = std::to_string(x);
      s.erase(s.find_last_not_of('0') + 1);
      if (s.back() == '.') s.pop_back();
      return s;
    };
    throw UsageError(name + ": expected a number from " + show(low) + " to " + show(high) +
                     ", found '" + value + "'");
  }
  return result;
}

int Args::integer(const std::string& name, int fallback, int low, int high) const {
  const double value = number(name, fallback, low, high);
  if (value != std::floor(value)) {
    throw UsageError(name + ": expected a whole number, found '" + text(name, "") + "'");
  }
  return static_cast<int>(value);
}

Size parse_size(const std::string& option, const std::string& text) {
  Size size;
  const char* const end = text.data() + text.size();
  auto [p, error] = std::from_chars(text.data(), end, size.height);
  size.width = size.height;
  if (error == std::errc() && p != end && (*p == 'x' || *p == 'X')) {
    const auto second = std::from_chars(p + 1, end, size.width);
    p = second.ptr;
    error = second.ec;
  }
  const auto ok = [](int extent) { return extent >= 1 && extent <= 8192; };
  if (error != std::errc() || p != end || !ok(size.height) || !ok(size.width)) {
    throw UsageError(option + ": expected HxW such as 320x320, each 1 to 8192, found '" + text +
                     "'");
  }
  return size;
}

std::vector<std::string> split_list(const std::string& text) {
  std::vector<std::string> parts;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t comma = std::min(text.find(',', begin), text.size());
    std::string part = text.substr(begin, comma - begin);
    const size_t first = part.find_first_not_of(" \t\r");
    if (first != std::string::npos) {
      parts.push_back(part.substr(first, part.find_last_not_of(" \t\r") - first + 1));
    }
    begin = comma + 1;
  }
  return parts;
}

std::string options_help(const std::vector<Option>& options) {
  size_t widest = 0;
  const auto left = [](const Option& option) {
    return std::string(option.name) +
           (option.value == nullptr ? "" : std::string(" ") + option.value);
  };
  for (const Option& option : options) widest = std::max(widest, left(option).size());
  std::string out;
  for (const Option& option : options) {
    const std::string name = left(option);
    out += "  " + name + std::string(widest - name.size() + 2, ' ') + option.help + "\n";
  }
  return out;
}

}  // namespace linnet::host
