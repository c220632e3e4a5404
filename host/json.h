// Writing JSON.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace linnet::host {

// Builds one document. Commas, quotes and indentation are its business.
class JsonWriter {
 public:
  JsonWriter& begin_object() { return open('{'); }
  JsonWriter& end_object() { return close('}'); }
  JsonWriter& begin_array() { return open('['); }
  JsonWriter& end_array() { return close(']'); }
  JsonWriter& key(const std::string& name);
  JsonWriter& value(const std::string& text);
  JsonWriter& value(const char* text) { return value(std::string(text)); }
  // Shortest form with at most `digits` after the point; null if not finite.
  JsonWriter& value(double number, int digits = 6);
  JsonWriter& value(int64_t number);
  JsonWriter& value(int number) { return value(int64_t{number}); }
  JsonWriter& value(bool truth);
  // The document, with a final newline.
  std::string finish();

 private:
  JsonWriter& open(char bracket);
  JsonWriter& close(char bracket);
  void before_value();
  void new_line();

  std::string out_;
  std::vector<bool> has_items_;  // of each open bracket
  bool after_key_ = false;
};

}  // namespace linnet::host
