// Command lines: --name value, --name=value, flags, positional arguments.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

namespace linnet::host {

// A mistake of the user's, in one line.
class UsageError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct Option {
  const char* name;   // "--size"
  const char* value;  // what it takes ("HxW"), null for a flag. "[FILE.json]": the next word, but
                      // only if it ends the same way (.json); "[NUMBER]": if it looks like one
  const char* help;
};

class Args {
 public:
  // Throws UsageError for an unknown option (naming the closest one) or a missing value. "--" ends
  // the options; "-o" style short names must be listed as such.
  Args(int argc, const char* const* argv, const std::vector<Option>& options);

  bool has(const std::string& name) const;
  std::string text(const std::string& name, const std::string& fallback) const;
  // A finite number in [low, high].
  double number(const std::string& name, double fallback, double low, double high) const;
  int integer(const std::string& name, int fallback, int low, int high) const;
  const std::vector<std::string>& positional() const { return positional_; }

 private:
  std::vector<std::pair<std::string, std::string>> given_;
  std::vector<std::string> positional_;
};

// Height and width of "HxW" or "N" (square), both 1 to 8192.
struct Size {
  int height = 0, width = 0;
};
Size parse_size(const std::string& option, const std::string& text);

// "a,b,c" -> parts without surrounding spaces; empty parts are dropped.
std::vector<std::string> split_list(const std::string& text);

// The options as an aligned table for --help.
std::string options_help(const std::vector<Option>& options);

}  // namespace linnet::host
