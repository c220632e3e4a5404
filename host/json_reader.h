// Reading JSON, whole or, where a file is a long list, item by item.
#pragma once

#include <cstdint>
#include <functional>
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
// Members called `unwanted` are checked, but not kept: they are not there afterwards.
JsonValue parse_json(std::string_view text, std::string_view unwanted = {});

// For a list too long to be kept in memory: hands its items over one after the other. Throws as
// parse_json does, also after some items.
void for_each_json_item(std::string_view text, std::string_view unwanted,
                        const std::function<void(const JsonValue&)>& take);

}  // namespace linnet::host
