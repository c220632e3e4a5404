#include "converter/frontend/onnx/importer.h"

#include <algorithm>

#include "converter/error.h"
#include "converter/whole_number.h"
#include "model/format.h"

namespace linnet::converter {
namespace onnx {

namespace {
constexpr int kDefaultExtent = 320;
constexpr size_t kFreeNumbers = size_t{1} << 22;  // for folded constants and affines
}  // namespace

Importer::Importer(const ModelProto& model, size_t file_bytes, const ImportOptions& options)
    : model_(model), budget_(file_bytes + kFreeNumbers), options_(options) {}

void Importer::charge(const NodeProto& node, size_t count) {
  if (count > budget_) {
    throw ConvertError(node.describe(),
                       "the graph makes far more numbers than the file holds; is it damaged?");
  }
  budget_ -= count;
}

std::span<const Importer::Row> Importer::handlers() {
  static constexpr Row kRows[] = {
      {"Conv", &Importer::conv},
      {"MaxPool", &Importer::pool, true},
      {"AveragePool", &Importer::pool},
      {"GlobalAveragePool", &Importer::global_average},
      {"ReduceMean", &Importer::global_average},
      {"Pad", &Importer::pad},
      {"Relu", &Importer::activation},
      {"LeakyRelu", &Importer::activation},
      {"Sigmoid", &Importer::activation},
      {"HardSigmoid", &Importer::activation},
      {"HardSwish", &Importer::activation},
      {"Clip", &Importer::clip},
      {"BatchNormalization", &Importer::batch_norm},
      {"Add", &Importer::binary},
      {"Sub", &Importer::binary},
      {"Mul", &Importer::binary},
      {"Div", &Importer::binary},
      {"Identity", &Importer::identity, true},
      {"Dropout", &Importer::identity},
      {"Cast", &Importer::identity},
      {"Reshape", &Importer::reshape, true},
      {"Transpose", &Importer::transpose, true},
      {"Concat", &Importer::concat, true},
      {"Slice", &Importer::slice, true},
      {"Split", &Importer::split, true},
      {"Resize", &Importer::resize, true},
      {"Upsample", &Importer::resize},
      {"Shape", &Importer::shape_of, true},
      {"QuantizeLinear", &Importer::quantize_linear},
      {"DequantizeLinear", &Importer::dequantize_linear, true},
      {"QLinearConv", &Importer::qlinear, true},
      {"QLinearAdd", &Importer::qlinear, true},
      {"QLinearMul", &Importer::qlinear, true},
      {"QLinearConcat", &Importer::qlinear, true},
      {"QLinearSigmoid", &Importer::qlinear, true},
      {"QLinearLeakyRelu", &Importer::qlinear, true},
      {"QLinearAveragePool", &Importer::qlinear, true},
      {"QLinearGlobalAveragePool", &Importer::qlinear, true},
  };
  return kRows;
}

Graph Importer::run() {
  graph_.source = "onnx";
  graph_.source_nodes = static_cast<int>(model_.nodes.size());
  for (const auto& [name, tensor] : model_.initializers) {
    Symbol symbol;
    symbol.kind = Kind::constant;
    symbol.tensor = &tensor;
    symbols_.insert_or_assign(name, std::move(symbol));
  }
  set_input();
  for (const NodeProto& node : model_.nodes) import(node);
  finish_heads();
  read_names();
  infer_shapes(&graph_);
  return std::move(graph_);
}

// Exports with dynamic axes often have the traced size in their reshapes all the same: the largest
// grid of a five-dimensional reshape [1, a, b, h, w] is the finest head's, at stride 8. {0, 0} if
// there is none.
std::pair<int, int> Importer::baked_size() const {
  constexpr int64_t kFinestStride = 8;
  int64_t height = 0, width = 0;
  const auto look = [&](const TensorProto& tensor) {
    if (tensor.data_type != kInt64 || tensor.dims != std::vector<int64_t>{5}) return;
    const std::vector<double> target = tensor.values<double>();
    const auto cap = static_cast<double>(format::kMaxExtent / kFinestStride);
    if (target[3] < 1 || target[4] < 1 || target[3] > cap || target[4] > cap) return;
    height = std::max(height, static_cast<int64_t>(target[3]) * kFinestStride);
    width = std::max(width, static_cast<int64_t>(target[4]) * kFinestStride);
  };
  for (const auto& [name, tensor] : model_.initializers) look(tensor);
  for (const NodeProto& node : model_.nodes) {
    const auto value = node.attributes.find("value");
    if (node.op_type == "Constant" && value != node.attributes.end()) look(value->second.t);
  }
  return {static_cast<int>(height), static_cast<int>(width)};
}

void Importer::set_input() {
  if (model_.inputs.size() != 1) {
    throw ConvertError(
        "", "expected one input (the picture), found " + std::to_string(model_.inputs.size()));
  }
  const ValueInfo& input = model_.inputs[0];
  if (input.dims.size() != 4 || (input.dims[1] != 3 && input.dims[1] != -1)) {
    throw ConvertError("input '" + input.name + "'", "expected the shape [1, 3, height, width]");
  }
  if (input.dims[0] > 1) {
    throw ConvertError("input '" + input.name + "'", "expected a batch of 1, found " +
                                                         std::to_string(input.dims[0]) +
                                                         "; export with batch size 1");
  }
  const auto [baked_height, baked_width] = baked_size();
  const auto pick = [&](int64_t file, int option, int baked) {
    if (file > static_cast<int64_t>(format::kMaxExtent)) {
      throw ConvertError("input '" + input.name + "'",
                         "expected at most 8192 pixels a side, found " + std::to_string(file));
    }
    if (file > 0) return static_cast<int>(file);
    if (option != 0) return option;
    return baked != 0 ? baked : kDefaultExtent;
  };
  graph_.native_height = pick(input.dims[2], options_.height, baked_height);
  graph_.native_width = pick(input.dims[3], options_.width, baked_width);
  graph_.input = graph_.add_value(input.name);
  producer_.push_back(-1);
  Symbol symbol;
  symbol.kind = Kind::feature;
  symbol.value = graph_.input;
  symbol.shape = {3, graph_.native_height, graph_.native_width};
  define(input.name, std::move(symbol));
}

void Importer::import(const NodeProto& node) {
  if (node.outputs.empty()) throw ConvertError(node.describe(), "expected an output, found none");
  if (import_constant(node) || import_tail(node)) return;
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    if (!has_input(node, i)) continue;
    const Symbol& in = read(node, i);
    if (in.kind == Kind::unknown && node.op_type != "Shape") {
      // Trouble is passed on until something that the heads need meets it.
      define_unknown(node, in.problem);
      return;
    }
  }
  for (const Row& row : handlers()) {
    if (node.op_type != row.op_type) continue;
    if (!row.takes_whole_numbers) check_numbers(node);
    return (this->*row.handler)(node);
  }
  std::string known;
  for (const Row& row : handlers()) known += (known.empty() ? "" : ", ") + std::string(row.op_type);
  define_unknown(node, node.describe() + ": this operator is not supported; supported: " + known);
}

// Constant nodes, and nodes all of whose inputs are constants.
bool Importer::import_constant(const NodeProto& node) {
  Symbol symbol;
  symbol.kind = Kind::constant;
  if (node.op_type == "Constant") {
    const auto tensor = node.attributes.find("value");
    if (tensor != node.attributes.end() && tensor->second.has_tensor) {
      symbol.tensor = &tensor->second.t;
    } else if (node.has("value_float")) {
      symbol.constant.values = {node.number("value_float", 0)};
    } else if (node.has("value_int")) {
      symbol.constant = {{}, {static_cast<double>(node.integer("value_int", 0))}, true};
    } else if (node.has("value_ints")) {
      for (const int64_t v : node.integers("value_ints")) {
        symbol.constant.values.push_back(static_cast<double>(v));
      }
      symbol.constant.dims = {static_cast<int64_t>(symbol.constant.values.size())};
      symbol.constant.is_integer = true;
    } else {
      define_unknown(node, node.describe() + ": a constant of this type is not supported");
      return true;
    }
    define(node.outputs[0], std::move(symbol));
    return true;
  }
  const bool quantizes = node.op_type == "QuantizeLinear" || node.op_type == "DequantizeLinear";
  bool all_constant = !node.inputs.empty() && !quantizes;
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    if (has_input(node, i) && read(node, i).kind != Kind::constant) all_constant = false;
  }
  if (!all_constant) return false;
  std::vector<Constant> storage(node.inputs.size());
  std::vector<const Constant*> inputs;
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    if (!has_input(node, i)) continue;
    const std::optional<Constant> value = small_constant(node, i);
    if (!value.has_value()) {
      define_unknown(node, node.describe() + ": computing with large constants is not supported");
      return true;
    }
    storage[i] = *value;
    inputs.push_back(&storage[i]);
  }
  std::optional<Constant> folded = fold(node, inputs);
  if (!folded.has_value()) {
    define_unknown(node, node.describe() + ": this operator on constants is not supported");
    return true;
  }
  charge(node, folded->values.size());
  symbol.constant = std::move(*folded);
  define(node.outputs[0], std::move(symbol));
  return true;
}

const Symbol& Importer::read(const NodeProto& node, size_t index) const {
  if (index >= node.inputs.size()) {
    throw ConvertError(node.describe(), "expected at least " + std::to_string(index + 1) +
                                            " inputs, found " + std::to_string(node.inputs.size()));
  }
  const auto found = symbols_.find(node.inputs[index]);
  if (found == symbols_.end()) {
    throw ConvertError(node.describe(),
                       "reads '" + node.inputs[index] + "', which no node or initializer makes");
  }
  return found->second;
}

const Symbol& Importer::feature(const NodeProto& node, size_t index) const {
  const Symbol& symbol = read(node, index);
  if (symbol.kind == Kind::unknown) throw ConvertError("", symbol.problem);
  if (symbol.kind != Kind::feature) {
    throw ConvertError(node.describe(),
                       "input " + std::to_string(index) + " ('" + node.inputs[index] +
                           "'): expected a feature map [1, C, H, W], found a " +
                           (symbol.kind == Kind::constant ? "constant" : "rearranged one") +
                           "; this use is not supported");
  }
  return symbol;
}

bool Importer::has_input(const NodeProto& node, size_t index) const {
  return index < node.inputs.size() && !node.inputs[index].empty();
}

void Importer::define(const std::string& name, Symbol symbol) {
  if (name.empty()) return;
  if (!symbols_.emplace(name, std::move(symbol)).second) {
    throw ConvertError("tensor '" + name + "'", "is made twice");
  }
}

void Importer::define_feature(const NodeProto& node, Node ir, const Shape& shape) {
  if (shape.channels < 1 || shape.channels > static_cast<int>(format::kMaxChannels) ||
      shape.height < 1 || shape.width < 1 || shape.height > static_cast<int>(format::kMaxExtent) ||
      shape.width > static_cast<int>(format::kMaxExtent)) {
    throw ConvertError(node.describe(), "its output would be " + std::to_string(shape.channels) +
                                            "x" + std::to_string(shape.height) + "x" +
                                            std::to_string(shape.width) +
                                            "; expected 1 to 8192 channels, rows and columns");
  }
  ir.name = node.name.empty() ? node.outputs[0] : node.name;
  Symbol symbol;
  symbol.kind = Kind::feature;
  take_scales(node, &ir, &symbol);
  producer_.push_back(static_cast<int>(graph_.nodes.size()));
  symbol.value = graph_.add_node(std::move(ir), node.outputs[0]);
  symbol.shape = shape;
  define(node.outputs[0], std::move(symbol));
}

void Importer::define_unknown(const NodeProto& node, const std::string& problem) {
  Symbol symbol;
  symbol.problem = problem;
  for (const std::string& output : node.outputs) define(output, symbol);
}

std::optional<Constant> Importer::small_constant(const NodeProto& node, size_t index) const {
  const Symbol& symbol = read(node, index);
  if (symbol.kind != Kind::constant) return std::nullopt;
  if (symbol.tensor == nullptr) {
    if (symbol.constant.values.size() > kMaxFoldedElements) return std::nullopt;
    return symbol.constant;
  }
  const TensorProto& tensor = *symbol.tensor;
  if (tensor.element_count() > kMaxFoldedElements) return std::nullopt;
  Constant constant;
  constant.dims = tensor.dims;
  constant.values = tensor.values<double>();
  constant.is_integer = tensor.data_type == kInt64 || tensor.data_type == kInt32;
  return constant;
}

std::vector<float> Importer::weights(const NodeProto& node, size_t index,
                                     std::vector<int64_t>* dims) {
  const Symbol& symbol = read(node, index);
  if (symbol.kind != Kind::constant) {
    throw ConvertError(node.describe(), "input " + std::to_string(index) +
                                            ": expected constant weights, found a computed tensor");
  }
  if (symbol.tensor == nullptr) {
    if (dims != nullptr) *dims = symbol.constant.dims;
    charge(node, symbol.constant.values.size());
    return {symbol.constant.values.begin(), symbol.constant.values.end()};
  }
  if (dims != nullptr) *dims = symbol.tensor->dims;
  charge(node, symbol.tensor->element_count());
  return symbol.tensor->values<float>();
}

// A list of whole numbers from an input or, in older opsets, an attribute.
std::vector<int64_t> Importer::integers(const NodeProto& node, size_t input,
                                        const char* attribute) const {
  if (!has_input(node, input)) return node.integers(attribute);
  const std::optional<Constant> constant = small_constant(node, input);
  if (!constant.has_value()) {
    throw ConvertError(node.describe(),
                       std::string("expected constant ") + attribute + ", found a computed tensor");
  }
  std::vector<int64_t> out;
  for (const double v : constant->values) {
    out.push_back(whole_number(std::clamp(v, -9.0e15, 9.0e15)));
  }
  return out;
}

const Node* Importer::producer(ValueId value) const {
  const int index = producer_[static_cast<size_t>(value)];
  return index < 0 ? nullptr : &graph_.nodes[static_cast<size_t>(index)];
}

Node Importer::unary(NodeKind kind, const Symbol& in) const {
  Node node;
  node.kind = kind;
  node.inputs = {in.value};
  return node;
}

}  // namespace onnx

Graph import_onnx(Bytes file, const ImportOptions& options) {
  const onnx::ModelProto model = onnx::parse_model(file);
  return onnx::Importer(model, file.size(), options).run();
}

}  // namespace linnet::converter
