
#include "converter/ir/graph.h"
#include "host/text_stream.h"

namespace linnet::converter {
namespace {

const char* activation_name(Activation activation) {
  switch (activation) {
    case Activation::none:
      return "none";
    case Activation::relu:
      return "relu";
    case Activation::relu6:
      return "relu6";
    case Activation::leaky_relu:
      return "leaky_relu";
    case Activation::silu:
      return "silu";
    case Activation::hard_swish:
      return "hard_swish";
    case Activation::sigmoid:
      return "sigmoid";
    case Activation::hard_sigmoid:
      return "hard_sigmoid";
  }
  return "unknown";
}

void write_value(std::ostream& out, const Graph& graph, ValueId id) {
  const Value& value = graph.values[static_cast<size_t>(id)];
  out << '%' << id << '[' << value.shape.channels << 'x' << value.shape.height << 'x'
      << value.shape.width << ']';
}

void write_window(std::ostream& out, const Window& w) {
  out << " kernel=" << w.kernel_h << 'x' << w.kernel_w << " stride=" << w.stride_h << 'x'
      << w.stride_w << " pad=" << w.pad_top << ',' << w.pad_left << ',' << w.pad_bottom << ','
      << w.pad_right;
  if (w.dilation_h != 1 || w.dilation_w != 1) {
    out << " dilation=" << w.dilation_h << 'x' << w.dilation_w;
  }
}

void write_node(std::ostream& out, const Graph& graph, const Node& node) {
  write_value(out, graph, node.output);
  out << " = " << node_kind_name(node.kind) << '(';
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    if (i != 0) out << ", ";
    out << '%' << node.inputs[i];
  }
  out << ')';
  if (node.kind == NodeKind::conv || node.kind == NodeKind::max_pool ||
      node.kind == NodeKind::avg_pool) {
    write_window(out, node.window);
  }
  if (node.groups != 1) out << " groups=" << node.groups;
  if (node.factor != 1) out << " factor=" << node.factor;
  if (node.kind == NodeKind::slice) out << " channels=" << node.begin << ".." << node.end;
  if (node.activation != Activation::none) out << " act=" << activation_name(node.activation);
  if (node.activation == Activation::leaky_relu) out << " alpha=" << node.alpha;
  if (!node.weights.empty()) out << " weights=" << node.weights.size();
  out << "  # " << node.name << '\n';
}

}  // namespace

std::string to_text(const Graph& graph) {
  host::TextStream out;
  out << "# " << graph.name << " (" << graph.source << "), native " << graph.native_height << 'x'
      << graph.native_width << ", " << graph.class_count << " classes, input %" << graph.input
      << '\n';
  for (const Node& node : graph.nodes) write_node(out, graph, node);
  for (const Head& head : graph.heads) {
    out << "head %" << head.value << " stride=" << head.stride << " anchors=";
    for (const Anchor& anchor : head.anchors) out << ' ' << anchor.width << ',' << anchor.height;
    out << '\n';
  }
  return out.str();
}

}  // namespace linnet::converter
