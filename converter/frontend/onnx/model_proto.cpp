#include "converter/frontend/onnx/model_proto.h"

#include <algorithm>
#include <cmath>

#include "converter/error.h"
#include "converter/frontend/onnx/wire.h"
#include "converter/half.h"
#include "model/format.h"

namespace linnet::converter::onnx {
namespace {

constexpr size_t kMaxNodes = 32 * format::kMaxNodes;  // decoding tails have thousands
constexpr size_t kMaxDims = 8;
constexpr int64_t kMaxElements = 1 << 28;

// A repeated integer field: packed or one by one.
void append_integers(const Field& field, std::vector<int64_t>* out) {
  if (field.type != 2) {
    out->push_back(field.integer());
    return;
  }
  for (Message packed(field.bytes); !packed.at_end();) {
    out->push_back(static_cast<int64_t>(packed.varint()));
  }
}

template <typename T>
void append_fixed(const Field& field, std::vector<T>* out) {
  if (field.type != 2) {
    T value;
    std::memcpy(&value, &field.value, sizeof value);  // little-endian host
    out->push_back(value);
    return;
  }
  const size_t count = field.bytes.size() / sizeof(T);
  const size_t old = out->size();
  out->resize(old + count);
  if (count != 0) std::memcpy(out->data() + old, field.bytes.data(), count * sizeof(T));
}

TensorProto parse_tensor(Bytes bytes) {
  TensorProto tensor;
  Field field;
  for (Message message(bytes); message.next(&field);) {
    switch (field.number) {
      case 1:
        append_integers(field, &tensor.dims);
        break;
      case 2:
        tensor.data_type = static_cast<int>(field.value & 0xFF);
        break;
      case 4:
        append_fixed(field, &tensor.floats);
        break;
      case 5:
      case 7:
        append_integers(field, &tensor.ints);
        break;
      case 8:
        tensor.name = field.text();
        break;
      case 9:
        tensor.raw = field.bytes;
        break;
      case 10:
        append_fixed(field, &tensor.doubles);
        break;
      case 13:
        tensor.is_external = true;
        break;
      case 14:
        tensor.is_external |= field.value == 1;
        break;
      default:
        break;
    }
  }
  return tensor;
}

std::pair<std::string, Attribute> parse_attribute(Bytes bytes) {
  std::pair<std::string, Attribute> out;
  Attribute& a = out.second;
  Field field;
  for (Message message(bytes); message.next(&field);) {
    switch (field.number) {
      case 1:
        out.first = field.text();
        break;
      case 2:
        a.f = field.number32();
        break;
      case 3:
        a.i = field.integer();
        break;
      case 4:
        a.s = field.text();
        break;
      case 5:
        a.t = parse_tensor(field.bytes);
        a.has_tensor = true;
        break;
      case 7:
        append_fixed(field, &a.floats);
        break;
      case 8:
        append_integers(field, &a.ints);
        break;
      default:
        break;  // subgraphs are not looked into
    }
  }
  return out;
}

NodeProto parse_node(Bytes bytes) {
  NodeProto node;
  Field field;
  for (Message message(bytes); message.next(&field);) {
    switch (field.number) {
      case 1:
        node.inputs.push_back(field.text());
        break;
      case 2:
        node.outputs.push_back(field.text());
        break;
      case 3:
        node.name = field.text();
        break;
      case 4:
        node.op_type = field.text();
        break;
      case 5:
        node.attributes.insert(parse_attribute(field.bytes));
        break;
      case 7:
        node.domain = field.text();
        break;
      default:
        break;
    }
  }
  return node;
}

// First occurrence of a nested message.
Bytes nested(Bytes bytes, uint32_t number) {
  Field field;
  for (Message message(bytes); message.next(&field);) {
    if (field.number == number && field.type == 2) return field.bytes;
  }
  return {};
}

ValueInfo parse_value_info(Bytes bytes) {
  ValueInfo info;
  Field field;
  for (Message message(bytes); message.next(&field);) {
    if (field.number == 1) info.name = field.text();
    if (field.number != 2) continue;
    // TypeProto.tensor_type.shape.dim
    Field dim;
    for (Message shape(nested(nested(field.bytes, 1), 2)); shape.next(&dim);) {
      if (dim.number != 1) continue;
      int64_t extent = -1;
      Field part;
      for (Message m(dim.bytes); m.next(&part);) {
        if (part.number == 1 && part.integer() > 0) extent = part.integer();
      }
      info.dims.push_back(extent);
    }
  }
  return info;
}

void parse_graph(Bytes bytes, ModelProto* model) {
  std::vector<ValueInfo> inputs;
  Field field;
  for (Message message(bytes); message.next(&field);) {
    switch (field.number) {
      case 1:
        model->nodes.push_back(parse_node(field.bytes));
        break;
      case 5: {
        TensorProto tensor = parse_tensor(field.bytes);
        std::string name = tensor.name;
        model->initializers.insert_or_assign(std::move(name), std::move(tensor));
        break;
      }
      case 11:
        inputs.push_back(parse_value_info(field.bytes));
        break;
      case 12:
        model->outputs.push_back(parse_value_info(field.bytes).name);
        break;
      case 15:
        throw ConvertError("", "sparse initializers are not supported; export dense weights");
      default:
        break;
    }
    if (model->nodes.size() > kMaxNodes) {
      throw ConvertError("",
                         "expected at most " + std::to_string(kMaxNodes) + " nodes, found more");
    }
  }
  for (ValueInfo& input : inputs) {
    if (model->initializers.count(input.name) == 0) model->inputs.push_back(std::move(input));
  }
}

// Kahn's algorithm, stable. Inputs that nothing makes count as given: their readers find out.
void sort_nodes(ModelProto* model) {
  std::map<std::string, size_t> producer;
  for (size_t i = 0; i < model->nodes.size(); ++i) {
    for (const std::string& output : model->nodes[i].outputs) {
      if (!output.empty()) producer.emplace(output, i);
    }
  }
  std::vector<std::vector<size_t>> readers(model->nodes.size());
  std::vector<size_t> missing(model->nodes.size(), 0);
  for (size_t i = 0; i < model->nodes.size(); ++i) {
    for (const std::string& input : model->nodes[i].inputs) {
      const auto found = producer.find(input);
      if (found == producer.end()) continue;
      readers[found->second].push_back(i);
      ++missing[i];
    }
  }
  std::vector<size_t> ready;  // a heap: lowest index first keeps the file's order
  for (size_t i = 0; i < missing.size(); ++i) {
    if (missing[i] == 0) ready.push_back(i);
  }
  std::make_heap(ready.begin(), ready.end(), std::greater<>());
  std::vector<NodeProto> sorted;
  while (!ready.empty()) {
    std::pop_heap(ready.begin(), ready.end(), std::greater<>());
    const size_t i = ready.back();
    ready.pop_back();
    for (const size_t reader : readers[i]) {
      if (--missing[reader] != 0) continue;
      ready.push_back(reader);
      std::push_heap(ready.begin(), ready.end(), std::greater<>());
    }
    sorted.push_back(std::move(model->nodes[i]));
  }
  if (sorted.size() != model->nodes.size()) throw ConvertError("", "the graph has a cycle");
  model->nodes = std::move(sorted);
}

}  // namespace

size_t TensorProto::element_count() const {
  if (is_external) {
    throw ConvertError("tensor '" + name + "'",
                       "its data are in another file; export with the weights inside");
  }
  if (dims.size() > kMaxDims) {
    throw ConvertError("tensor '" + name + "'",
                       "expected at most 8 dimensions, found " + std::to_string(dims.size()));
  }
  int64_t count = 1;
  for (const int64_t extent : dims) {
    if (extent < 0 || (extent != 0 && count > kMaxElements / extent)) {
      throw ConvertError("tensor '" + name + "'",
                         "expected at most 2^28 elements, found dimensions "
                         "whose product is larger or negative");
    }
    count *= extent;
  }
  return static_cast<size_t>(count);
}

template <typename T>
std::vector<T> TensorProto::values() const {
  const size_t count = element_count();
  const auto check = [&](size_t found) {
    if (found == count) return;
    throw ConvertError("tensor '" + name + "'", "expected " + std::to_string(count) +
                                                    " elements, found " + std::to_string(found));
  };
  std::vector<T> out;
  const auto from_raw = [&](auto zero, auto convert) {
    using Raw = decltype(zero);
    if (raw.size() != count * sizeof(Raw))
      check(raw.size() / sizeof(Raw) + (raw.size() % sizeof(Raw) != 0));
    out.reserve(count);
    for (size_t i = 0; i < count; ++i) {
      Raw value;
      std::memcpy(&value, raw.data() + i * sizeof(Raw), sizeof(Raw));
      out.push_back(static_cast<T>(convert(value)));
    }
  };
  const auto same = [](auto value) { return value; };
  const auto copy = [&](const auto& list) {
    check(list.size());
    for (const auto value : list) out.push_back(static_cast<T>(value));
  };
  const auto halves = [&](auto convert) {
    check(ints.size());
    for (const int64_t bits : ints)
      out.push_back(static_cast<T>(convert(static_cast<uint16_t>(bits))));
  };
  const bool is_raw = !raw.empty();
  switch (data_type) {
    case kFloat:
      is_raw ? from_raw(float{}, same) : copy(floats);
      break;
    case kDouble:
      is_raw ? from_raw(double{}, same) : copy(doubles);
      break;
    case kFloat16:
      is_raw ? from_raw(uint16_t{}, half_to_float) : halves(half_to_float);
      break;
    case kBfloat16:
      is_raw ? from_raw(uint16_t{}, bfloat16_to_float) : halves(bfloat16_to_float);
      break;
    case kInt64:
      is_raw ? from_raw(int64_t{}, same) : copy(ints);
      break;
    case kInt32:
      is_raw ? from_raw(int32_t{}, same) : copy(ints);
      break;
    case kInt8:
      is_raw ? from_raw(int8_t{}, same) : copy(ints);
      break;
    case kUint8:
    case kBool:
      is_raw ? from_raw(uint8_t{}, same) : copy(ints);
      break;
    default:
      throw ConvertError(
          "tensor '" + name + "'",
          "data type " + std::to_string(data_type) +
              " is not supported; supported: float, double, float16, bfloat16, int8, "
              "uint8, int32, int64, bool");
  }
  return out;
}

template std::vector<float> TensorProto::values<float>() const;
template std::vector<double> TensorProto::values<double>() const;

std::string NodeProto::describe() const {
  return op_type + " '" + (name.empty() && !outputs.empty() ? outputs[0] : name) + "'";
}

int64_t NodeProto::integer(const std::string& attribute, int64_t fallback) const {
  const auto found = attributes.find(attribute);
  return found == attributes.end() ? fallback : found->second.i;
}

float NodeProto::number(const std::string& attribute, float fallback) const {
  const auto found = attributes.find(attribute);
  return found == attributes.end() ? fallback : found->second.f;
}

std::vector<int64_t> NodeProto::integers(const std::string& attribute) const {
  const auto found = attributes.find(attribute);
  return found == attributes.end() ? std::vector<int64_t>{} : found->second.ints;
}

ModelProto parse_model(Bytes file) {
  ModelProto model;
  bool has_graph = false;
  Field field;
  for (Message message(file); message.next(&field);) {
    switch (field.number) {
      case 2:
        model.producer = field.text();
        break;
      case 7:
        parse_graph(field.bytes, &model);
        has_graph = true;
        break;
      case 8: {
        Field part;
        std::string domain;
        int64_t version = 0;
        for (Message opset(field.bytes); opset.next(&part);) {
          if (part.number == 1) domain = part.text();
          if (part.number == 2) version = part.integer();
        }
        if (domain.empty() || domain == "ai.onnx") model.opset = version;
        break;
      }
      case 14: {
        Field part;
        std::string key, value;
        for (Message entry(field.bytes); entry.next(&part);) {
          if (part.number == 1) key = part.text();
          if (part.number == 2) value = part.text();
        }
        model.metadata[key] = value;
        break;
      }
      default:
        break;
    }
  }
  if (!has_graph || model.nodes.empty()) {
    throw ConvertError("", "expected an ONNX model with a graph, found none");
  }
  sort_nodes(&model);
  return model;
}

}  // namespace linnet::converter::onnx
