#include "converter/frontend/torch/pickle_value.h"

#include <cmath>

namespace linnet::converter::torch {

const char* pickle_kind_name(PickleKind kind) {
  constexpr const char* kNames[] = {"None", "bool",   "int",    "large int",    "float",
                                    "str",  "bytes",  "tuple",  "list",         "dict",
                                    "set",  "global", "object", "persistent id"};
  return kNames[static_cast<size_t>(kind)];
}

const PickleValue* find(const PickleValue* dict, std::string_view key) {
  if (dict == nullptr || !dict->is(PickleKind::dict)) return nullptr;
  // From the end: a key that is set again has its last value.
  for (size_t i = dict->items.size() / 2; i-- > 0;) {
    const PickleValue* found = dict->items[2 * i];
    if (found->is(PickleKind::text) && found->text == key) return dict->items[2 * i + 1];
  }
  return nullptr;
}

namespace {

const PickleValue* global_of(const PickleValue* value) {
  if (value != nullptr && value->is(PickleKind::object)) value = value->callable;
  if (value != nullptr && value->is(PickleKind::persistent)) {
    // Legacy files: ('module', class, source file, source text) stands for the class.
    const PickleValue* id = value->arguments;
    const bool module = id->is(PickleKind::tuple) && id->items.size() >= 2 &&
                        id->items[0]->is(PickleKind::text) && id->items[0]->text == "module";
    value = module ? id->items[1] : nullptr;
  }
  return value != nullptr && value->is(PickleKind::global) ? value : nullptr;
}

}  // namespace

std::string global_path(const PickleValue* value) {
  const PickleValue* global = global_of(value);
  if (global == nullptr) return "";
  return std::string(global->module) + "." + std::string(global->text);
}

std::string_view global_name(const PickleValue* value) {
  const PickleValue* global = global_of(value);
  if (global == nullptr) return "";
  const size_t dot = global->text.rfind('.');  // nested classes
  return dot == std::string_view::npos ? global->text : global->text.substr(dot + 1);
}

const PickleValue* argument(const PickleValue* object, size_t index) {
  if (object == nullptr || !object->is(PickleKind::object)) return nullptr;
  const PickleValue* arguments = object->arguments;
  if (arguments == nullptr || !arguments->is_sequence() || index >= arguments->items.size()) {
    return nullptr;
  }
  return arguments->items[index];
}

std::optional<int64_t> as_integer(const PickleValue* value) {
  if (value == nullptr) return std::nullopt;
  if (value->is(PickleKind::integer) || value->is(PickleKind::boolean)) return value->integer;
  if (value->is(PickleKind::real) && std::abs(value->real) < 1e15 &&
      value->real == std::floor(value->real)) {
    return static_cast<int64_t>(value->real);
  }
  return std::nullopt;
}

std::optional<double> as_number(const PickleValue* value) {
  if (value != nullptr && value->is(PickleKind::real)) return value->real;
  const std::optional<int64_t> integer = as_integer(value);
  if (!integer) return std::nullopt;
  return static_cast<double>(*integer);
}

std::optional<std::vector<int64_t>> as_integers(const PickleValue* value) {
  if (value != nullptr && value->is(PickleKind::object) && global_name(value) == "Size") {
    value = argument(value, 0);
  }
  constexpr size_t kMaxItems = 256;
  if (value == nullptr || !value->is_sequence() || value->items.size() > kMaxItems) {
    return std::nullopt;
  }
  std::vector<int64_t> integers;
  for (const PickleValue* item : value->items) {
    const std::optional<int64_t> integer = as_integer(item);
    if (!integer) return std::nullopt;
    integers.push_back(*integer);
  }
  return integers;
}

}  // namespace linnet::converter::torch
