// ONNX nodes to graph nodes, one after the other. What a tensor name stands for is tracked
// symbolically, so that the many ways of writing a shuffle, a chunk or a decoding tail meet in a
// few kinds of value.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <span>

#include "converter/frontend/onnx/constant.h"
#include "converter/frontend/onnx/model_proto.h"
#include "converter/ir/graph.h"

namespace linnet::converter::onnx {

enum class Kind : uint8_t {
  constant,  // folded, or an initializer
  feature,   // [1, C, H, W] in the graph
  grouped,   // a feature reshaped to [1, a, b, H, W]
  shuffled,  // grouped, then transposed to [1, b, a, H, W]
  strided,   // every second row and column of a feature (Focus)
  padded,    // a feature with zeros around it, for the convolution that follows
  tail,      // behind heads: decoding, which is cut off
  unknown,   // something that cannot be expressed; an error if the network needs it
};

// Of a quantized constant: one, or one for each of the first axis.
struct ConstantScales {
  std::vector<double> scales, zero_points;
};

struct Symbol {
  Kind kind = Kind::unknown;
  Constant constant;                    // constant (small ones)
  const TensorProto* tensor = nullptr;  // constant (initializers)
  ValueId value = kNoValue;             // feature, grouped, shuffled, strided, padded
  Shape shape;                          // of the feature that value is
  int groups = 0;                       // grouped, shuffled: a
  int offset_y = 0, offset_x = 0, step_y = 1, step_x = 1;  // strided
  Window padding;                                          // padded
  std::set<int> heads;                                     // tail: indices of heads
  std::string problem;                                     // unknown: what to say
  std::vector<double> steps;   // constant: real numbers that are whole multiples of these
  std::optional<Scale> scale;  // feature and what is made of one: what it was rounded to last
  int whole_type = 0;          // kUint8, kInt8 between QuantizeLinear and DequantizeLinear
};

class Importer {
 public:
  // file_bytes bounds how many numbers may be made of the file.
  Importer(const ModelProto& model, size_t file_bytes, const ImportOptions& options);
  Graph run();

 private:
  using Handler = void (Importer::*)(const NodeProto&);
  struct Row {
    const char* op_type;
    Handler handler;
    bool takes_whole_numbers = false;  // moves or compares them, or is made for them
  };
  // Indices of inputs that belong together.
  struct Quantity {
    size_t value, scale, zero_point;
  };
  static std::span<const Row> handlers();

  void import(const NodeProto& node);
  bool import_constant(const NodeProto& node);
  bool import_tail(const NodeProto& node);
  void set_input();
  std::pair<int, int> baked_size() const;
  void finish_heads();

  // Counts numbers that a node makes; throws when a small file asks for absurdly many.
  void charge(const NodeProto& node, size_t count);

  // Symbols.
  const Symbol& read(const NodeProto& node, size_t index) const;
  const Symbol& feature(const NodeProto& node, size_t index) const;
  bool has_input(const NodeProto& node, size_t index) const;
  void define(const std::string& name, Symbol symbol);
  void define_feature(const NodeProto& node, Node ir, const Shape& shape);
  void define_unknown(const NodeProto& node, const std::string& problem);
  std::optional<Constant> small_constant(const NodeProto& node, size_t index) const;
  std::vector<float> weights(const NodeProto& node, size_t index, std::vector<int64_t>* dims);
  std::vector<int64_t> integers(const NodeProto& node, size_t input, const char* attribute) const;
  const Node* producer(ValueId value) const;
  Node unary(NodeKind kind, const Symbol& in) const;

  // ops_window.cpp
  void conv(const NodeProto& node);
  void pool(const NodeProto& node);
  void global_average(const NodeProto& node);
  void pad(const NodeProto& node);
  Window window(const NodeProto& node, int kernel_h, int kernel_w) const;
  Shape slide(const NodeProto& node, const Window& w, const Shape& in, int channels) const;
  // ops_math.cpp
  void activation(const NodeProto& node);
  void clip(const NodeProto& node);
  void batch_norm(const NodeProto& node);
  void binary(const NodeProto& node);
  void affine(const NodeProto& node, const Symbol& in, size_t constant_input);
  bool gate(const NodeProto& node, const Symbol& a, const Symbol& b);
  // ops_layout.cpp
  void identity(const NodeProto& node);
  void reshape(const NodeProto& node);
  void transpose(const NodeProto& node);
  void concat(const NodeProto& node);
  void slice(const NodeProto& node);
  void slice_pixels(const NodeProto& node, const Symbol& in, const std::vector<int64_t>& axes,
                    const std::vector<int64_t>& starts, const std::vector<int64_t>& steps);
  void split(const NodeProto& node);
  void resize(const NodeProto& node);
  void shape_of(const NodeProto& node);
  void add_slice(const NodeProto& node, const Symbol& in, int begin, int end,
                 const std::string& output);
  // ops_quantized.cpp
  void quantize_linear(const NodeProto& node);
  void dequantize_linear(const NodeProto& node);
  void qlinear(const NodeProto& node);
  void dequantize(const NodeProto& node, const Quantity& at, const std::string& output);
  std::vector<double> numbers(const NodeProto& node, size_t index);
  int type_of(const NodeProto& node, size_t index) const;
  Scale scale_of(const NodeProto& node, const Quantity& at, int* type);
  ConstantScales constant_scales(const NodeProto& node, const Quantity& at,
                                 const std::vector<int64_t>& dims, int type);
  Symbol quantized_constant(const NodeProto& node, std::vector<double> whole,
                            std::vector<int64_t> dims, ConstantScales scales);
  Symbol convolution_bias(const NodeProto& node, const NodeProto& real);
  static std::vector<float> weight_steps(const Symbol& weights, size_t outputs);
  void take_scales(const NodeProto& node, Node* ir, Symbol* made) const;
  void check_numbers(const NodeProto& node) const;
  // heads.cpp
  int add_head(const Symbol& feature, int anchors, int per_anchor);
  void start_tail(const NodeProto& node, const Symbol& in, int anchors, int per_anchor);
  void look_for_anchors(const NodeProto& node);
  void read_names();

  const ModelProto& model_;
  size_t budget_;  // numbers that may still be made
  ImportOptions options_;
  Graph graph_;
  std::map<std::string, Symbol> symbols_;
  std::vector<int> producer_;  // node index of each value
  std::vector<int> head_anchors_, head_per_anchor_;
};

}  // namespace linnet::converter::onnx
