// Reads pickles of protocol 2 to 5 without executing anything. Opcodes outside the list that
// torch.save() writes are an error. Memory is proportional to the pickle's bytes; nesting costs no
// stack.
#pragma once

#include <deque>

#include "converter/frontend/frontend.h"
#include "converter/frontend/torch/pickle_value.h"

namespace linnet::converter::torch {

struct Pickle {
  std::deque<PickleValue> values;  // owns what root refers to
  const PickleValue* root = nullptr;
  size_t end = 0;  // offset of the byte after the pickle
};

// Reads the pickle that starts at `begin`. `bytes` must outlive the result (texts stay in place).
// Throws ConvertError.
Pickle read_pickle(Bytes bytes, size_t begin = 0);

}  // namespace linnet::converter::torch
