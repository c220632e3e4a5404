// A view of a pickled torch.nn.Module: its class, attributes, tensors and children.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "converter/frontend/torch/pickle_value.h"

namespace linnet::converter::torch {

// True for an object with the attribute dictionary of a torch.nn.Module.
bool is_module(const PickleValue* value);

class Module {
 public:
  // `value` must be a module (is_module). `path` is its place in the tree: "model.3.branch2".
  // Throws ConvertError if its dictionaries are unreasonably large.
  Module(const PickleValue* value, std::string path);

  const std::string& path() const { return path_; }
  std::string class_path() const { return global_path(value_); }  // torch.nn.modules.conv.Conv2d
  std::string_view class_name() const { return global_name(value_); }  // Conv2d
  bool is_torch_nn() const;  // of PyTorch itself, not of a project
  // "model.3.conv (torch.nn.modules.conv.Conv2d)", for messages.
  std::string describe() const;

  // An attribute of the instance; null if it has none of this name.
  const PickleValue* attribute(std::string_view name) const;
  // A parameter, buffer or tensor attribute; null if absent or None.
  const PickleValue* tensor(std::string_view name) const;
  bool has_child(std::string_view name) const { return find_child(name) != nullptr; }
  // Throws ConvertError if there is no such child.
  Module child(std::string_view name) const;
  // In the order of construction, without those that are None.
  std::vector<std::pair<std::string_view, Module>> children() const;
  // Names of the parameters that are not None.
  std::vector<std::string_view> parameters() const;

  // Attributes with a default for those that older versions of PyTorch do not write. Throw
  // ConvertError if the attribute has another type.
  int64_t integer(std::string_view name, std::optional<int64_t> fallback = std::nullopt) const;
  double number(std::string_view name, std::optional<double> fallback = std::nullopt) const;
  // A height and width, given as one number or as two.
  std::pair<int, int> pair(std::string_view name, std::optional<int> fallback = std::nullopt) const;
  std::string_view text(std::string_view name, std::string_view fallback) const;

  [[noreturn]] void fail(const std::string& problem) const;

 private:
  const PickleValue* find_child(std::string_view name) const;
  std::string child_path(std::string_view name) const;

  const PickleValue* value_;
  std::string path_;
};

}  // namespace linnet::converter::torch
