// Tensors of a checkpoint: the records of torch._utils._rebuild_tensor_v2() and its relatives,
// resolved to numbers. Strides, offsets and shared storages are honoured; every element read lies
// inside its storage.
#pragma once

#include <string>
#include <vector>

#include "converter/frontend/frontend.h"
#include "converter/frontend/torch/pickle_value.h"

namespace linnet::converter::torch {

struct Tensor {
  std::vector<int64_t> shape;
  std::vector<float> values;  // row-major
};

// Where the bytes of storages are: in a zip entry each, or one after the other in a legacy file.
class StorageSource {
 public:
  virtual ~StorageSource() = default;
  // All bytes of the storage with this key. Throws ConvertError if there is none.
  virtual Bytes storage(std::string_view key) const = 0;
};

// Bytes of an element of torch.FloatStorage and its relatives (by class name); 0 for other names.
int storage_element_bytes(std::string_view storage_class);

// True for a tensor or a parameter.
bool is_tensor(const PickleValue* value);

class TensorReader {
 public:
  // `max_elements` bounds what all calls of read() together return, so that tensors which repeat a
  // few stored numbers cannot exhaust memory.
  TensorReader(const StorageSource* source, bool big_endian, uint64_t max_elements)
      : source_(source), big_endian_(big_endian), elements_left_(max_elements) {}

  // `where` is for messages. Throws ConvertError if `value` is no tensor or does not fit its
  // storage.
  Tensor read(const PickleValue* value, const std::string& where);

 private:
  const StorageSource* source_;
  bool big_endian_;
  uint64_t elements_left_;
};

}  // namespace linnet::converter::torch
