// What a pickle holds, as a tree of tagged values (with shared nodes, and cycles where an object's
// attributes refer to it). Nothing is executed: a call that the pickle asks for is kept as a record
// of the callable's name and its arguments.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace linnet::converter::torch {

enum class PickleKind : uint8_t {
  none,
  boolean,      // integer
  integer,      // integer
  big_integer,  // text: its bytes, least significant first
  real,         // real
  text,         // text: UTF-8, or the bytes of a Python 2 string
  bytes,        // text
  tuple,        // items
  list,         // items
  dict,         // items: key, value, key, value, …; also collections.OrderedDict
  set,          // items
  global,       // module, text: a class or function by name
  object,       // callable(arguments), then state; items: what was appended or set
  persistent,   // arguments: the persistent id
};
const char* pickle_kind_name(PickleKind kind);

struct PickleValue {
  PickleKind kind = PickleKind::none;
  union {
    int64_t integer = 0;
    double real;
  };
  std::string_view text, module;  // inside the file's bytes
  std::vector<const PickleValue*> items;
  const PickleValue* callable = nullptr;
  const PickleValue* arguments = nullptr;
  const PickleValue* state = nullptr;

  bool is(PickleKind wanted) const { return kind == wanted; }
  bool is_sequence() const { return kind == PickleKind::tuple || kind == PickleKind::list; }
};

// The value of a text key in a dict; null if `dict` is null, no dict, or has no such key.
const PickleValue* find(const PickleValue* dict, std::string_view key);

// "torch.nn.modules.conv.Conv2d" of a global, or of the callable of an object; else empty.
std::string global_path(const PickleValue* value);
// "Conv2d" of the same.
std::string_view global_name(const PickleValue* value);

// An argument of an object's call; null if there is none at this index.
const PickleValue* argument(const PickleValue* object, size_t index);

// A whole number from an integer, a boolean or a float with a whole value.
std::optional<int64_t> as_integer(const PickleValue* value);
std::optional<double> as_number(const PickleValue* value);
// Whole numbers from a list, a tuple or torch.Size of at most 256 items.
std::optional<std::vector<int64_t>> as_integers(const PickleValue* value);

}  // namespace linnet::converter::torch
