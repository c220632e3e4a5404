#include "converter/frontend/torch/module.h"

#include "converter/error.h"
#include "converter/frontend/torch/quote.h"

namespace linnet::converter::torch {
namespace {

// Look-ups are linear: a bound for dictionaries of modules keeps them cheap.
constexpr size_t kMaxAttributes = 1024;

bool is_none(const PickleValue* value) {
  return value == nullptr || value->is(PickleKind::none);
}

}  // namespace

bool is_module(const PickleValue* value) {
  return value != nullptr && value->is(PickleKind::object) && value->state != nullptr &&
         value->state->is(PickleKind::dict) && !global_name(value).empty() &&
         find(value->state, "_modules") != nullptr;
}

Module::Module(const PickleValue* value, std::string path) : value_(value), path_(std::move(path)) {
  for (const char* name : {"_modules", "_parameters", "_buffers", ""}) {
    const PickleValue* dict = *name == 0 ? value_->state : attribute(name);
    if (dict != nullptr && dict->items.size() > 2 * kMaxAttributes) {
      fail("expected at most " + std::to_string(kMaxAttributes) + " attributes");
    }
  }
}

bool Module::is_torch_nn() const {
  return class_path().substr(0, 9) == "torch.nn.";
}

std::string Module::describe() const {
  return quote(path_.empty() ? "model" : path_) + " (" +
         std::string(quote(class_path())).substr(1, class_path().size()) + ")";
}

void Module::fail(const std::string& problem) const {
  throw ConvertError(describe(), problem);
}

const PickleValue* Module::attribute(std::string_view name) const {
  return find(value_->state, name);
}

const PickleValue* Module::tensor(std::string_view name) const {
  for (const char* group : {"_parameters", "_buffers"}) {
    const PickleValue* found = find(attribute(group), name);
    if (!is_none(found)) return found;
  }
  const PickleValue* found = attribute(name);
  return is_none(found) ? nullptr : found;
}

const PickleValue* Module::find_child(std::string_view name) const {
  const PickleValue* found = find(attribute("_modules"), name);
  return is_module(found) ? found : nullptr;
}

std::string Module::child_path(std::string_view name) const {
  return path_.empty() ? std::string(name) : path_ + "." + std::string(name);
}

Module Module::child(std::string_view name) const {
  const PickleValue* found = find_child(name);
  if (found == nullptr) fail("expected a module '" + std::string(name) + "' in it, found none");
  return {found, child_path(name)};
}

std::vector<std::pair<std::string_view, Module>> Module::children() const {
  std::vector<std::pair<std::string_view, Module>> children;
  const PickleValue* modules = attribute("_modules");
  if (modules == nullptr || !modules->is(PickleKind::dict)) return children;
  for (size_t i = 0; i + 1 < modules->items.size(); i += 2) {
    const PickleValue* name = modules->items[i];
    const PickleValue* value = modules->items[i + 1];
    if (value->is(PickleKind::none)) continue;
    if (!name->is(PickleKind::text) || !is_module(value)) {
      fail("expected modules in it, found " + std::string(pickle_kind_name(value->kind)));
    }
    children.emplace_back(name->text, Module(value, child_path(name->text)));
  }
  return children;
}

std::vector<std::string_view> Module::parameters() const {
  std::vector<std::string_view> names;
  const PickleValue* parameters = attribute("_parameters");
  if (parameters == nullptr || !parameters->is(PickleKind::dict)) return names;
  for (size_t i = 0; i + 1 < parameters->items.size(); i += 2) {
    if (parameters->items[i + 1]->is(PickleKind::none)) continue;
    names.push_back(parameters->items[i]->is(PickleKind::text) ? parameters->items[i]->text : "?");
  }
  return names;
}

int64_t Module::integer(std::string_view name, std::optional<int64_t> fallback) const {
  const PickleValue* value = attribute(name);
  const std::optional<int64_t> integer = value == nullptr ? fallback : as_integer(value);
  if (!integer) fail("expected a whole number as its attribute '" + std::string(name) + "'");
  return *integer;
}

double Module::number(std::string_view name, std::optional<double> fallback) const {
  const PickleValue* value = attribute(name);
  const std::optional<double> number = value == nullptr ? fallback : as_number(value);
  if (!number) fail("expected a number as its attribute '" + std::string(name) + "'");
  return *number;
}

std::pair<int, int> Module::pair(std::string_view name, std::optional<int> fallback) const {
  constexpr int64_t kMax = 1 << 20;
  const auto ok = [](int64_t x) { return x >= 0 && x <= kMax; };
  const PickleValue* value = attribute(name);
  if (value == nullptr && fallback) return {*fallback, *fallback};
  if (const std::optional<int64_t> one = as_integer(value); one && ok(*one)) {
    return {static_cast<int>(*one), static_cast<int>(*one)};
  }
  const std::optional<std::vector<int64_t>> two = as_integers(value);
  if (!two || two->size() != 2 || !ok(two->front()) || !ok(two->back())) {
    fail("expected one or two whole numbers as its attribute '" + std::string(name) + "'");
  }
  return {static_cast<int>(two->front()), static_cast<int>(two->back())};
}

std::string_view Module::text(std::string_view name, std::string_view fallback) const {
  const PickleValue* value = attribute(name);
  if (value == nullptr) return fallback;
  if (!value->is(PickleKind::text)) {
    fail("expected a text as its attribute '" + std::string(name) + "'");
  }
  return value->text;
}

}  // namespace linnet::converter::torch
