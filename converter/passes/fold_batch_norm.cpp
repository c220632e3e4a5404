#include "converter/passes/passes.h"
#include "converter/passes/rewrite.h"

namespace linnet::converter {
namespace {

// conv, then affine: scale each filter. In double, so that folding costs one rounding.
void scale_outputs(Node* conv, const Node& affine) {
  const size_t outputs = conv->bias.size();
  const size_t per_output = conv->weights.size() / outputs;
  for (size_t o = 0; o < outputs; ++o) {
    const double scale = affine.weights[o];
    for (size_t i = 0; i < per_output; ++i) {
      float& weight = conv->weights[o * per_output + i];
      weight = static_cast<float>(weight * scale);
    }
    conv->bias[o] = static_cast<float>(conv->bias[o] * scale + affine.bias[o]);
  }
}

// affine, then conv without padding: scale each input channel, move the shifts into the bias.
void scale_inputs(Node* conv, const Node& affine) {
  const size_t outputs = conv->bias.size();
  const size_t taps =
      static_cast<size_t>(conv->window.kernel_h) * static_cast<size_t>(conv->window.kernel_w);
  const size_t inputs = conv->weights.size() / outputs / taps;  // of one group
  const size_t outputs_per_group = outputs / static_cast<size_t>(conv->groups);
  for (size_t o = 0; o < outputs; ++o) {
    const size_t first_channel = o / outputs_per_group * inputs;
    double bias = conv->bias[o];
    for (size_t i = 0; i < inputs; ++i) {
      const double scale = affine.weights[first_channel + i];
      const double shift = affine.bias[first_channel + i];
      for (size_t t = 0; t < taps; ++t) {
        float& weight = conv->weights[(o * inputs + i) * taps + t];
        bias += weight * shift;
        weight = static_cast<float>(weight * scale);
      }
    }
    conv->bias[o] = static_cast<float>(bias);
  }
}

bool has_padding(const Window& w) {
  return w.pad_top != 0 || w.pad_left != 0 || w.pad_bottom != 0 || w.pad_right != 0;
}

class Folder {
 public:
  explicit Folder(Graph* graph)
      : graph_(graph),
        producer_(producer_index(*graph)),
        uses_(use_counts(*graph)),
        dead_(graph->nodes.size(), false) {}

  void run() {
    for (Node& node : graph_->nodes) {
      if (node.kind == NodeKind::affine) fold_into_producer(&node);
    }
    for (size_t i = 0; i < graph_->nodes.size(); ++i) {
      if (graph_->nodes[i].kind == NodeKind::conv && !dead_[i]) fold_into_reader(&graph_->nodes[i]);
    }
    erase_nodes(graph_, dead_);
  }

 private:
  // The node of `kind` that makes `value` for a single reader, or -1.
  int sole_producer(ValueId value, NodeKind kind) const {
    const int index = producer_[static_cast<size_t>(value)];
    if (index < 0 || uses_[static_cast<size_t>(value)] != 1) return -1;
    const Node& node = graph_->nodes[static_cast<size_t>(index)];
    return node.kind == kind && node.activation == Activation::none ? index : -1;
  }

  void fold_into_producer(Node* affine) {
    const int index = sole_producer(affine->inputs[0], NodeKind::conv);
    // The int8 weights of a quantized file are used as they are.
    if (index < 0 || !graph_->nodes[static_cast<size_t>(index)].weight_steps.empty()) return;
    // The conv takes the affine's place, so that its output keeps the affine's name and position.
    Node folded = graph_->nodes[static_cast<size_t>(index)];
    scale_outputs(&folded, *affine);
    folded.output = affine->output;
    folded.scales.output = affine->scales.output;
    *affine = std::move(folded);
    dead_[static_cast<size_t>(index)] = true;
  }

  void fold_into_reader(Node* conv) {
    const int index = sole_producer(conv->inputs[0], NodeKind::affine);
    if (index < 0 || has_padding(conv->window) || !conv->weight_steps.empty()) return;
    const Node& affine = graph_->nodes[static_cast<size_t>(index)];
    scale_inputs(conv, affine);
    conv->inputs[0] = affine.inputs[0];
    conv->scales.inputs = affine.scales.inputs;
    dead_[static_cast<size_t>(index)] = true;
  }

  Graph* graph_;
  std::vector<int> producer_, uses_;
  std::vector<bool> dead_;
};

}  // namespace

void fold_batch_norm(Graph* graph) {
  Folder(graph).run();
  for (Node& node : graph->nodes) {
    if (node.kind != NodeKind::affine) continue;
    node.kind = NodeKind::conv;
    node.groups = static_cast<int>(node.bias.size());
    node.window = Window{};
  }
}

}  // namespace linnet::converter
