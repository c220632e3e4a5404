#include "converter/passes/resolve_views.h"

#include "converter/passes/rewrite.h"
#include "model/format.h"

namespace linnet::converter {
namespace {

// log2 of a factor that a segment can express, else -1.
int shift_of(int factor) {
  for (int shift = 0; shift <= static_cast<int>(format::kMaxUpsampleShift); ++shift) {
    if (factor == 1 << shift) return shift;
  }
  return -1;
}

bool can_be_view(const Node& node) {
  switch (node.kind) {
    case NodeKind::concat:
    case NodeKind::slice:
    case NodeKind::channel_shuffle:
    case NodeKind::permute_channels:
    case NodeKind::identity:
      return true;
    case NodeKind::upsample:
      return shift_of(node.factor) >= 0;
    default:
      return false;
  }
}

bool has_upsampling(const std::vector<ChannelRef>& refs) {
  for (const ChannelRef& ref : refs) {
    if (ref.shift != 0) return true;
  }
  return false;
}

}  // namespace

bool moves_data(NodeKind kind) {
  switch (kind) {
    case NodeKind::concat:
    case NodeKind::slice:
    case NodeKind::channel_shuffle:
    case NodeKind::permute_channels:
    case NodeKind::identity:
    case NodeKind::upsample:
    case NodeKind::space_to_depth:
      return true;
    default:
      return false;
  }
}

bool takes_one_segment(NodeKind kind) {
  return kind == NodeKind::channel_shuffle || kind == NodeKind::upsample ||
         kind == NodeKind::space_to_depth;
}

Views::Views(const Graph& graph, bool eliminate, const std::vector<ValueId>& explicit_values)
    : root_(graph.values.size(), true),
      natural_(graph.values.size(), !eliminate),
      refs_(graph.values.size()) {
  if (eliminate) {
    for (const Node& node : graph.nodes) {
      if (can_be_view(node)) root_[static_cast<size_t>(node.output)] = false;
    }
  }
  natural_[static_cast<size_t>(graph.input)] = true;
  for (const Head& head : graph.heads) {
    root_[static_cast<size_t>(head.value)] = true;
    natural_[static_cast<size_t>(head.value)] = true;
  }
  for (const ValueId value : explicit_values) make_root(value);
  do {
    resolve(graph);
  } while (force_explicit(graph));
}

bool Views::make_root(ValueId value) {
  const auto i = static_cast<size_t>(value);
  const bool changed = !root_[i] || !natural_[i];
  root_[i] = true;
  natural_[i] = true;
  return changed;
}

void Views::resolve(const Graph& graph) {
  const auto set_root = [&](ValueId value) {
    auto& refs = refs_[static_cast<size_t>(value)];
    refs.clear();
    for (int c = 0; c < graph.values[static_cast<size_t>(value)].shape.channels; ++c) {
      refs.push_back({value, c, 0});
    }
  };
  set_root(graph.input);
  for (const Node& node : graph.nodes) {
    if (is_root(node.output)) {
      set_root(node.output);
      continue;
    }
    const std::vector<ChannelRef>& in = channels(node.inputs[0]);
    std::vector<ChannelRef> out;
    switch (node.kind) {
      case NodeKind::concat:
        for (const ValueId input : node.inputs) {
          out.insert(out.end(), channels(input).begin(), channels(input).end());
        }
        break;
      case NodeKind::slice:
        out.assign(in.begin() + node.begin, in.begin() + node.end);
        break;
      case NodeKind::channel_shuffle: {
        const size_t per_group = in.size() / static_cast<size_t>(node.groups);
        for (size_t i = 0; i < in.size(); ++i) {
          const size_t group = i % static_cast<size_t>(node.groups);
          out.push_back(in[group * per_group + i / static_cast<size_t>(node.groups)]);
        }
        break;
      }
      case NodeKind::permute_channels:
        for (const int from : node.permutation) out.push_back(in[static_cast<size_t>(from)]);
        break;
      case NodeKind::upsample:
        out = in;
        for (ChannelRef& ref : out) ref.shift += shift_of(node.factor);
        break;
      default:
        out = in;
        break;
    }
    refs_[static_cast<size_t>(node.output)] = std::move(out);
  }
}

// Makes explicit every upsampling that `value` is read through.
bool Views::force_upsampling_behind(const Graph& graph, ValueId value) {
  if (is_root(value)) return false;
  const Node* node = graph.producer(value);
  if (node->kind == NodeKind::upsample) return make_root(value);
  bool changed = false;
  for (const ValueId input : node->inputs) {
    if (has_upsampling(channels(input))) changed |= force_upsampling_behind(graph, input);
  }
  return changed;
}

// One round: values that some reader cannot take as a view become roots. True if any did.
bool Views::force_explicit(const Graph& graph) {
  bool changed = false;
  for (const Node& node : graph.nodes) {
    if (!is_root(node.output)) {
      for (const ChannelRef& ref : channels(node.output)) {
        if (ref.shift <= static_cast<int>(format::kMaxUpsampleShift)) continue;
        changed |= make_root(node.output);
        break;
      }
      continue;
    }
    if (takes_one_segment(node.kind)) {
      changed |= make_root(node.inputs[0]);
      changed |= make_root(node.output);
      continue;
    }
    const bool dense_conv = node.kind == NodeKind::conv && !is_depthwise(graph, node);
    if (dense_conv) continue;
    for (const ValueId input : node.inputs) {
      if (has_upsampling(channels(input))) changed |= force_upsampling_behind(graph, input);
    }
  }
  return changed;
}

}  // namespace linnet::converter
