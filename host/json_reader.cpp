#include "host/json_reader.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <stdexcept>

#include "host/utf8.h"

namespace linnet::host {

// Recursive descent over RFC 8259.
class JsonReader {
 public:
  JsonReader(std::string_view text, std::string_view unwanted) : text_(text), unwanted_(unwanted) {}

  JsonValue read() {
    JsonValue value = read_value(0);
    require_end();
    return value;
  }

  void read_items(const std::function<void(const JsonValue&)>& take) {
    require('[');
    if (!accept(']')) {
      do {
        take(read_value(1));
      } while (accept(','));
      require(']');
    }
    require_end();
  }

 private:
  static constexpr int kMaxDepth = 64;

  [[noreturn]] void fail(const std::string& expected) const {
    throw std::runtime_error("JSON byte " + std::to_string(position_) + ": expected " + expected);
  }

  void require_end() {
    skip_space();
    if (position_ != text_.size()) fail("the end");
  }

  void skip_space() {
    position_ = std::min(text_.find_first_not_of(" \t\r\n", position_), text_.size());
  }

  char peek() const { return position_ < text_.size() ? text_[position_] : '\0'; }

  bool accept(char c) {
    skip_space();
    if (position_ == text_.size() || text_[position_] != c) return false;
    ++position_;
    return true;
  }

  void require(char c) {
    if (!accept(c)) fail(std::string("'") + c + "'");
  }

  bool accept_word(std::string_view word) {
    if (text_.substr(position_, word.size()) != word) return false;
    position_ += word.size();
    return true;
  }

  JsonValue read_value(int depth) {
    if (depth == kMaxDepth) fail("at most 64 levels");
    skip_space();
    JsonValue value;
    const char c = peek();
    if (c == '{') {
      read_object(depth, &value);
    } else if (c == '[') {
      read_array(depth, &value);
    } else if (c == '"') {
      value.type_ = JsonValue::Type::string;
      value.string_ = read_string();
    } else if (accept_word("true") || accept_word("false")) {
      value.type_ = JsonValue::Type::boolean;
      value.boolean_ = c == 't';
    } else if (!accept_word("null")) {
      read_number(&value);
    }
    return value;
  }

  void read_object(int depth, JsonValue* value) {
    value->type_ = JsonValue::Type::object;
    require('{');
    if (accept('}')) return;
    do {
      skip_space();
      std::string name = read_string();
      require(':');
      JsonValue member = read_value(depth + 1);
      if (unwanted_.empty() || name != unwanted_) {
        value->object_.emplace_back(std::move(name), std::move(member));
      }
    } while (accept(','));
    require('}');
  }

  void read_array(int depth, JsonValue* value) {
    value->type_ = JsonValue::Type::array;
    require('[');
    if (accept(']')) return;
    do {
      value->array_.push_back(read_value(depth + 1));
    } while (accept(','));
    require(']');
  }

  void read_number(JsonValue* value) {
    value->type_ = JsonValue::Type::number;
    const size_t end =
        std::min(text_.find_first_not_of("+-0123456789.eE", position_), text_.size());
    const std::string digits(text_.substr(position_, end - position_));
    char* stop = nullptr;
    value->number_ = std::strtod(digits.c_str(), &stop);
    if (digits.empty() || digits[0] == '+' || *stop != 0 || !std::isfinite(value->number_))
      fail("a value");
    position_ = end;
  }

  char32_t read_hex4() {
    uint32_t value = 0;
    const std::string_view digits = text_.substr(position_, 4);
    const auto [stop, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    if (digits.size() != 4 || error != std::errc() || stop != digits.data() + 4) {
      fail("four hexadecimal digits");
    }
    position_ += 4;
    return value;
  }

  char32_t read_escape() {
    const char c = peek();
    ++position_;
    switch (c) {
      case '"':
      case '\\':
      case '/':
        return static_cast<char32_t>(c);
      case 'b':
        return '\b';
      case 'f':
        return '\f';
      case 'n':
        return '\n';
      case 'r':
        return '\r';
      case 't':
        return '\t';
      case 'u':
        break;
      default:
        --position_;
        fail("an escape");
    }
    const char32_t unit = read_hex4();
    if (unit < 0xD800 || unit > 0xDFFF) return unit;
    if (unit > 0xDBFF || !accept_word("\\u")) return kReplacementCharacter;
    const char32_t low = read_hex4();
    if (low < 0xDC00 || low > 0xDFFF) return kReplacementCharacter;
    return 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
  }

  std::string read_string() {
    if (peek() != '"') fail("a string");
    ++position_;
    std::string out;
    while (position_ < text_.size()) {
      const char c = text_[position_];
      if (c == '"') {
        ++position_;
        return out;
      }
      if (static_cast<unsigned char>(c) < 0x20) fail("no control character in a string");
      if (c == '\\') {
        ++position_;
        append_utf8(read_escape(), &out);
      } else {
        append_utf8(next_code_point(text_, &position_), &out);
      }
    }
    fail("the end of the string");
  }

  std::string_view text_;
  std::string_view unwanted_;
  size_t position_ = 0;
};

JsonValue parse_json(std::string_view text, std::string_view unwanted) {
  return JsonReader(text, unwanted).read();
}

void for_each_json_item(std::string_view text, std::string_view unwanted,
                        const std::function<void(const JsonValue&)>& take) {
  JsonReader(text, unwanted).read_items(take);
}

void JsonValue::expect(Type type) const {
  constexpr const char* kNames[] = {"null",     "a boolean", "a number",
                                    "a string", "an array",  "an object"};
  if (type_ != type) {
    throw std::runtime_error(std::string("JSON: expected ") + kNames[static_cast<int>(type)] +
                             ", found " + kNames[static_cast<int>(type_)]);
  }
}

bool JsonValue::boolean() const {
  expect(Type::boolean);
  return boolean_;
}

double JsonValue::number() const {
  expect(Type::number);
  return number_;
}

const std::string& JsonValue::string() const {
  expect(Type::string);
  return string_;
}

const std::vector<JsonValue>& JsonValue::array() const {
  expect(Type::array);
  return array_;
}

const std::vector<std::pair<std::string, JsonValue>>& JsonValue::object() const {
  expect(Type::object);
  return object_;
}

const JsonValue* JsonValue::find(std::string_view name) const {
  for (const auto& [key, value] : object()) {
    if (key == name) return &value;
  }
  return nullptr;
}

const JsonValue& JsonValue::operator[](std::string_view name) const {
  const JsonValue* const value = find(name);
  if (value == nullptr) throw std::runtime_error("JSON: no member '" + std::string(name) + "'");
  return *value;
}

}  // namespace linnet::host
