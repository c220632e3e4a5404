// The parts of an ONNX ModelProto that matter here (https://github.com/onnx/onnx, onnx.proto).
#pragma once

#include <map>
#include <string>
#include <vector>

#include "converter/frontend/frontend.h"

namespace linnet::converter::onnx {

// TensorProto.DataType
enum DataType : int {
  kFloat = 1,
  kUint8 = 2,
  kInt8 = 3,
  kInt32 = 6,
  kInt64 = 7,
  kBool = 9,
  kFloat16 = 10,
  kDouble = 11,
  kBfloat16 = 16,
};

struct TensorProto {
  std::string name;
  std::vector<int64_t> dims;
  int data_type = 0;
  Bytes raw;                  // borrowed from the file
  std::vector<float> floats;  // float_data
  std::vector<int64_t> ints;  // int32_data, int64_data
  std::vector<double> doubles;
  bool is_external = false;

  // Elements, checked against the bytes that are there.
  size_t element_count() const;
  // All elements as T (float or double). Throws ConvertError for unsupported types.
  template <typename T>
  std::vector<T> values() const;
};

struct Attribute {
  int64_t i = 0;
  float f = 0;
  std::string s;
  TensorProto t;
  std::vector<int64_t> ints;
  std::vector<float> floats;
  bool has_tensor = false;
};

struct NodeProto {
  std::string name, op_type, domain;
  std::vector<std::string> inputs, outputs;
  std::map<std::string, Attribute> attributes;

  std::string describe() const;  // "Conv '/model.0/Conv'"
  bool has(const std::string& attribute) const { return attributes.count(attribute) != 0; }
  int64_t integer(const std::string& attribute, int64_t fallback) const;
  float number(const std::string& attribute, float fallback) const;
  std::vector<int64_t> integers(const std::string& attribute) const;
};

struct ValueInfo {
  std::string name;
  std::vector<int64_t> dims;  // -1: left open
};

struct ModelProto {
  int64_t opset = 0;
  std::string producer;
  std::vector<NodeProto> nodes;  // in topological order
  std::map<std::string, TensorProto> initializers;
  std::vector<ValueInfo> inputs;  // without initializers
  std::vector<std::string> outputs;
  std::map<std::string, std::string> metadata;
};

// Throws ConvertError for malformed files and for cycles. Tensors borrow from `file`.
ModelProto parse_model(Bytes file);

}  // namespace linnet::converter::onnx
