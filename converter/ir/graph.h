// The converter's graph: what a frontend makes of a source file and what the passes rewrite. Values
// are feature maps with logical channels in the source's order; layout and memory come later
// (ir/program.h).
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "converter/ir/scale.h"
#include "kernels/base.h"

namespace linnet::converter {

// A feature map's size when the network input has its native size. The batch is always 1.
struct Shape {
  int channels = 0, height = 0, width = 0;
  bool operator==(const Shape&) const = default;
};

using ValueId = int;
inline constexpr ValueId kNoValue = -1;

struct Value {
  std::string name;  // as in the source file, for messages
  Shape shape;       // filled by infer_shapes()
};

struct Window {
  int kernel_h = 1, kernel_w = 1;
  int stride_h = 1, stride_w = 1;
  int dilation_h = 1, dilation_w = 1;
  int pad_top = 0, pad_left = 0, pad_bottom = 0, pad_right = 0;
  bool operator==(const Window&) const = default;
  bool pads() const { return (pad_top | pad_left | pad_bottom | pad_right) != 0; }
};

enum class NodeKind : uint8_t {
  conv,    // weights OIHW (I = input channels / groups), bias; any groups
  affine,  // x * weights[c] + bias[c]: an unfolded batch norm, a constant add or mul
  activation,
  max_pool,
  avg_pool,          // count_padding
  global_avg_pool,   // -> 1x1
  add,               // two inputs; the second may be 1x1 (broadcast)
  mul,               // the same
  concat,            // channels
  slice,             // channels [begin, end)
  channel_shuffle,   // groups: out[j * groups + g] = in[g * (C / groups) + j]
  upsample,          // nearest, whole `factor`
  space_to_depth,    // out[(dy * factor + dx) * C + c] = in[y * factor + dy][x * factor + dx][c]
  permute_channels,  // out[i] = in[permutation[i]]
  identity,          // copies (dropout, cast to float, no-op reshape, …); removed by a pass
};
const char* node_kind_name(NodeKind kind);

struct Node {
  NodeKind kind = NodeKind::identity;
  std::string name;  // as in the source file, for messages
  std::vector<ValueId> inputs;
  ValueId output = kNoValue;

  Window window;                             // conv, pools
  int groups = 1;                            // conv, channel_shuffle
  int factor = 1;                            // upsample, space_to_depth
  int begin = 0, end = 0;                    // slice
  bool count_padding = false;                // avg_pool
  Activation activation = Activation::none;  // kind activation, or fused into conv / add / mul
  float alpha = 0;                           // slope of leaky_relu
  std::vector<int> permutation;              // permute_channels
  std::vector<float> weights, bias;          // conv: bias is always output channels long

  // Of a quantized source file, whose `weights` are what its whole numbers stand for.
  std::vector<float> weight_steps;  // conv: of each output channel; empty if it is not quantized
  NodeScales scales;
};

// Where something that the decoder needs was found.
enum class Origin : uint8_t { unknown, file, option, family_default };
const char* origin_name(Origin origin);

struct Anchor {
  float width = 0, height = 0;  // pixels of the network input
};

// The output of a head convolution: [anchors * (5 + classes)] channels, anchor-major.
struct Head {
  ValueId value = kNoValue;
  int stride = 0;               // input pixels per cell
  std::vector<Anchor> anchors;  // empty until known
};

struct Graph {
  std::string name;    // model name for people: file stem
  std::string source;  // "onnx", "ncnn" or "torch"
  ValueId input = kNoValue;
  int native_height = 0, native_width = 0;
  std::vector<Value> values;
  std::vector<Node> nodes;               // in topological order
  std::vector<Head> heads;               // three, by rising stride (finest grid first)
  int class_count = 0;                   // from the head's channel count and anchors per cell
  std::vector<std::string> class_names;  // empty if the file has none
  Origin anchors_origin = Origin::unknown;
  Origin names_origin = Origin::unknown;
  int source_nodes = 0;            // operators of the source file's network, for the summary
  std::vector<std::string> notes;  // what the frontend decided, one line each, for the summary

  ValueId add_value(std::string value_name);
  // Appends a node with one output and returns the output.
  ValueId add_node(Node node, std::string value_name);
  // The node that makes `value`, or null for the input.
  const Node* producer(ValueId value) const;
  // How many node inputs and heads read `value`.
  int use_count(ValueId value) const;
};

// Fills every Value::shape for the native size. Throws ConvertError for a node whose inputs do not
// fit, whose weights have the wrong count or whose output would be empty; also checks that the
// graph is in topological order and every id is valid. Sizes are bounded by the format's caps.
void infer_shapes(Graph* graph);

// True if a source file was quantized: some convolution has its int8 weights.
bool is_quantized(const Graph& graph);
// Leaves the floats that the int8 values stand for.
void drop_quantization(Graph* graph);

// One line per node: kind, name, inputs, shape, attributes.
std::string to_text(const Graph& graph);

}  // namespace linnet::converter
