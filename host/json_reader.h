// Reading JSON: small files, whole.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace linnet::host {

// A parsed JSON value. Accessors throw std::runtime_error if the type is another.
class JsonValue {
 public:
  enum class Type : uint8_t { null, boolean, number, string, array, object };

  Type type() const { return type_; }
  bool boolean() const;
  double number() const;
  const std::string& string() const;
  const std::vector<JsonValue>& array() const;
  const std::vector<std::pair<std::string, JsonValue>>& object() const;
  // A member of an object. Throws if there is none of that name.
  const JsonValue& operator[](std::string_view name) const;
  // Null if there is none.
  const JsonValue* find(std::string_view name) const;

 private:
  friend class JsonReader;
  void expect(Type type) const;

  Type type_ = Type::null;
  bool boolean_ = false;
  double number_ = 0;
  std::string string_;
  std::vector<JsonValue> array_;
  std::vector<std::pair<std::string, JsonValue>> object_;
};

// Throws std::runtime_error that names the byte. At most 64 levels deep.
JsonValue parse_json(std::string_view text);

}  // namespace linnet::host
