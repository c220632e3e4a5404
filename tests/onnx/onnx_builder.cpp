#include "tests/onnx/onnx_builder.h"

#include <cstring>

namespace linnet::test {

void Proto::raw_varint(uint64_t value) {
  while (value >= 0x80) {
    data_.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  data_.push_back(static_cast<char>(value));
}

Proto& Proto::varint(uint32_t field, uint64_t value) {
  raw_varint(uint64_t{field} << 3);
  raw_varint(value);
  return *this;
}

Proto& Proto::bytes(uint32_t field, const std::string& value) {
  raw_varint(uint64_t{field} << 3 | 2);
  raw_varint(value.size());
  data_ += value;
  return *this;
}

Proto& Proto::fixed32(uint32_t field, float value) {
  raw_varint(uint64_t{field} << 3 | 5);
  char raw[4];
  std::memcpy(raw, &value, sizeof raw);
  data_.append(raw, sizeof raw);
  return *this;
}

Proto Attr::ints(const std::string& name, const std::vector<int64_t>& values) {
  Proto attribute;
  attribute.bytes(1, name);
  for (const int64_t value : values) attribute.varint(8, static_cast<uint64_t>(value));
  return attribute;
}

Proto Attr::integer(const std::string& name, int64_t value) {
  return Proto().bytes(1, name).varint(3, static_cast<uint64_t>(value));
}

Proto Attr::number(const std::string& name, float value) {
  return Proto().bytes(1, name).fixed32(2, value);
}

Proto Attr::text(const std::string& name, const std::string& value) {
  return Proto().bytes(1, name).bytes(4, value);
}

OnnxBuilder::OnnxBuilder(int64_t height, int64_t width) : height_(height), width_(width) {
  Proto shape;
  const int64_t extents[] = {1, 3, height_, width_};
  for (const int64_t extent : extents) {
    Proto dim;
    if (extent > 0) {
      dim.varint(1, static_cast<uint64_t>(extent));
    } else {
      dim.bytes(2, "open");
    }
    shape.message(1, dim);
  }
  const Proto tensor_type = Proto().varint(1, 1).message(2, shape);
  const Proto input = Proto().bytes(1, "images").message(2, Proto().message(1, tensor_type));
  graph_ += Proto().message(11, input).data();
}

OnnxBuilder& OnnxBuilder::node(const std::string& type, const std::vector<std::string>& inputs,
                               const std::vector<std::string>& outputs,
                               const std::vector<Proto>& attributes) {
  Proto message;
  for (const std::string& input : inputs) message.bytes(1, input);
  for (const std::string& output : outputs) message.bytes(2, output);
  message.bytes(3, "node_" + outputs[0]).bytes(4, type);
  for (const Proto& attribute : attributes) message.message(5, attribute);
  graph_ += Proto().message(1, message).data();
  return *this;
}

OnnxBuilder& OnnxBuilder::floats(const std::string& name, const std::vector<int64_t>& dims,
                                 const std::vector<float>& values) {
  Proto tensor;
  for (const int64_t extent : dims) tensor.varint(1, static_cast<uint64_t>(extent));
  tensor.varint(2, 1).bytes(8, name);
  tensor.bytes(9, std::string(reinterpret_cast<const char*>(values.data()), values.size() * 4));
  graph_ += Proto().message(5, tensor).data();
  return *this;
}

OnnxBuilder& OnnxBuilder::ints(const std::string& name, const std::vector<int64_t>& values) {
  Proto tensor;
  tensor.varint(1, values.size()).varint(2, 7).bytes(8, name);
  for (const int64_t value : values) tensor.varint(7, static_cast<uint64_t>(value));
  graph_ += Proto().message(5, tensor).data();
  return *this;
}

OnnxBuilder& OnnxBuilder::whole(const std::string& name, const std::vector<int64_t>& dims,
                                const std::vector<int64_t>& values, int type) {
  Proto tensor;
  for (const int64_t extent : dims) tensor.varint(1, static_cast<uint64_t>(extent));
  tensor.varint(2, static_cast<uint64_t>(type)).bytes(8, name);
  for (const int64_t value : values) tensor.varint(5, static_cast<uint64_t>(value));
  graph_ += Proto().message(5, tensor).data();
  return *this;
}

OnnxBuilder& OnnxBuilder::scalar(const std::string& name, float value) {
  return floats(name, {}, {value});
}

OnnxBuilder& OnnxBuilder::conv(const std::string& in, const std::string& out, int inputs,
                               int outputs, int kernel, int stride, int groups) {
  const auto random = [&] {
    seed_ = seed_ * 1664525u + 1013904223u;
    return static_cast<float>(seed_ >> 8) / (1 << 24) - 0.5f;
  };
  std::vector<float> weights(static_cast<size_t>(outputs * (inputs / groups) * kernel * kernel));
  std::vector<float> bias(static_cast<size_t>(outputs));
  for (float& w : weights) w = random();
  for (float& b : bias) b = random();
  floats(out + ".weight", {outputs, inputs / groups, kernel, kernel}, weights);
  floats(out + ".bias", {outputs}, bias);
  const int64_t pad = kernel / 2;
  return node(
      "Conv", {in, out + ".weight", out + ".bias"}, {out},
      {Attr::ints("kernel_shape", {kernel, kernel}), Attr::ints("strides", {stride, stride}),
       Attr::ints("pads", {pad, pad, pad, pad}), Attr::integer("group", groups)});
}

OnnxBuilder& OnnxBuilder::output(const std::string& name) {
  graph_ += Proto().message(12, Proto().bytes(1, name)).data();
  return *this;
}

OnnxBuilder& OnnxBuilder::metadata(const std::string& key, const std::string& value) {
  metadata_ += Proto().message(14, Proto().bytes(1, key).bytes(2, value)).data();
  return *this;
}

OnnxBuilder& OnnxBuilder::heads(const std::string& in, int channels, int classes) {
  std::string feature = in;
  const int values = 3 * (5 + classes);
  for (int i = 0; i < 3; ++i) {
    const std::string n = std::to_string(i);
    if (i != 0) {
      conv(feature, "down" + n, channels, channels, 3, 2);
      feature = "down" + n;
    }
    conv(feature, "head" + n, channels, values, 1, 1);
    ints("shape" + n, {1, 3, 5 + classes, height_ / (8 << i), width_ / (8 << i)});
    node("Reshape", {"head" + n, "shape" + n}, {"grouped" + n});
    node("Transpose", {"grouped" + n}, {"out" + n}, {Attr::ints("perm", {0, 1, 3, 4, 2})});
    output("out" + n);
  }
  return *this;
}

std::vector<uint8_t> OnnxBuilder::build(int64_t opset) const {
  Proto model;
  model.varint(1, 7).bytes(7, graph_);
  model.message(8, Proto().bytes(1, "").varint(2, static_cast<uint64_t>(opset)));
  const std::string bytes = model.data() + metadata_;
  return {bytes.begin(), bytes.end()};
}

OnnxBuilder detector_front(int channels, int64_t extent) {
  OnnxBuilder b(extent, extent);
  b.conv("images", "c0", 3, channels, 3, 2);
  b.conv("c0", "c1", channels, channels, 3, 2);
  b.conv("c1", "x", channels, channels, 3, 2);
  return b;
}

}  // namespace linnet::test
