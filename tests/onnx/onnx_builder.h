// Writes small ONNX files, field by field.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace linnet::test {

// A protobuf message under construction.
class Proto {
 public:
  Proto& varint(uint32_t field, uint64_t value);
  Proto& bytes(uint32_t field, const std::string& value);
  Proto& message(uint32_t field, const Proto& value) { return bytes(field, value.data_); }
  Proto& fixed32(uint32_t field, float value);
  const std::string& data() const { return data_; }

 private:
  void raw_varint(uint64_t value);
  std::string data_;
};

// Attributes of a node.
struct Attr {
  static Proto ints(const std::string& name, const std::vector<int64_t>& values);
  static Proto integer(const std::string& name, int64_t value);
  static Proto number(const std::string& name, float value);
  static Proto text(const std::string& name, const std::string& value);
};

class OnnxBuilder {
 public:
  // One input "images" of [1, 3, height, width]; 0 leaves a side open.
  OnnxBuilder(int64_t height, int64_t width);

  OnnxBuilder& node(const std::string& type, const std::vector<std::string>& inputs,
                    const std::vector<std::string>& outputs,
                    const std::vector<Proto>& attributes = {});
  OnnxBuilder& floats(const std::string& name, const std::vector<int64_t>& dims,
                      const std::vector<float>& values);
  OnnxBuilder& ints(const std::string& name, const std::vector<int64_t>& values);
  // Whole numbers of TensorProto data type 2 (uint8), 3 (int8) or 6 (int32).
  OnnxBuilder& whole(const std::string& name, const std::vector<int64_t>& dims,
                     const std::vector<int64_t>& values, int type);
  // A scalar (no dimensions).
  OnnxBuilder& scalar(const std::string& name, float value);
  // A convolution with seeded weights named after its output.
  OnnxBuilder& conv(const std::string& in, const std::string& out, int inputs, int outputs,
                    int kernel, int stride, int groups = 1);
  OnnxBuilder& output(const std::string& name);
  OnnxBuilder& metadata(const std::string& key, const std::string& value);
  // Three heads on `in` (stride 8): strides 8, 16, 32; `classes` classes, 3 anchors, as raw exports
  // write them: Conv, Reshape, Transpose.
  OnnxBuilder& heads(const std::string& in, int channels, int classes);
  std::vector<uint8_t> build(int64_t opset = 12) const;

 private:
  int64_t height_, width_;
  std::string graph_;
  std::string metadata_;
  uint32_t seed_ = 1;
};

// A detector whose body `x -> y` (both `channels` wide, stride 8) the caller fills in:
// images -> conv /2, /2, /2 -> x … y -> heads.
OnnxBuilder detector_front(int channels, int64_t extent = 64);

}  // namespace linnet::test
