// The memory of the pickle machine: values, stack, marks and memo, each bounded and checked.
#pragma once

#include <unordered_map>
#include <vector>

#include "converter/error.h"
#include "converter/frontend/torch/pickle_reader.h"

namespace linnet::converter::torch {

class PickleStack {
 protected:
  // Far above any checkpoint (a full training state of a large YOLOv5 has some 250,000).
  static constexpr size_t kMaxValues = 2'000'000;

  [[noreturn]] void fail(const std::string& problem) const {
    throw ConvertError("pickle byte " + std::to_string(opcode_at_), problem);
  }

  PickleValue* create(PickleKind kind) {
    if (pickle_.values.size() >= kMaxValues) {
      fail("expected at most " + std::to_string(kMaxValues) + " values");
    }
    PickleValue& value = pickle_.values.emplace_back();
    value.kind = kind;
    return &value;
  }

  void push(PickleValue* value) { stack_.push_back(value); }
  PickleValue* push_new(PickleKind kind) {
    push(create(kind));
    return stack_.back();
  }

  size_t bottom() const { return marks_.empty() ? 0 : marks_.back(); }

  PickleValue* top() const {
    if (stack_.size() <= bottom()) fail("expected a value on the stack, found none");
    return stack_.back();
  }
  PickleValue* pop() {
    PickleValue* value = top();
    stack_.pop_back();
    return value;
  }

  // Moves everything above the last mark into `items`, and removes the mark.
  void pop_to_mark(std::vector<const PickleValue*>* items) {
    if (marks_.empty()) fail("expected a mark on the stack, found none");
    const auto first = stack_.begin() + static_cast<ptrdiff_t>(marks_.back());
    items->insert(items->end(), first, stack_.end());
    stack_.erase(first, stack_.end());
    marks_.pop_back();
  }

  void push_mark() { marks_.push_back(stack_.size()); }

  void pop_value_or_mark() {
    if (!marks_.empty() && marks_.back() == stack_.size()) {
      marks_.pop_back();
    } else {
      pop();
    }
  }

  void remember(uint64_t index) {
    if (memo_.size() >= kMaxValues) fail("expected fewer memo entries");
    memo_[index] = top();
  }
  void recall(uint64_t index) {
    const auto found = memo_.find(index);
    if (found == memo_.end()) fail("memo entry " + std::to_string(index) + " was never set");
    push(found->second);
  }
  size_t memo_size() const { return memo_.size(); }

  size_t opcode_at_ = 0;  // for messages
  Pickle pickle_;

 private:
  std::vector<PickleValue*> stack_;
  std::vector<size_t> marks_;
  std::unordered_map<uint64_t, PickleValue*> memo_;
};

}  // namespace linnet::converter::torch
