#include "converter/passes/build_program.h"

#include <algorithm>
#include <numeric>
#include <tuple>

#include "converter/error.h"
#include "converter/passes/assign_slots.h"
#include "converter/passes/resolve_views.h"
#include "converter/passes/rewrite.h"
#include "host/text_stream.h"

namespace linnet::converter {
namespace {

// Where one channel lies.
struct Location {
  int buffer, slot, shift;
};

format::OpCode op_of(const Graph& graph, const Node& node) {
  switch (node.kind) {
    case NodeKind::conv:
      return is_depthwise(graph, node) ? format::k_dwconv2d : format::k_conv2d;
    case NodeKind::activation:
      return format::k_activation;
    case NodeKind::max_pool:
      return format::k_max_pool;
    case NodeKind::avg_pool:
      return format::k_avg_pool;
    case NodeKind::global_avg_pool:
      return format::k_global_avg_pool;
    case NodeKind::add:
      return format::k_add;
    case NodeKind::mul:
      return format::k_mul;
    case NodeKind::concat:
      return format::k_concat;
    case NodeKind::slice:
    case NodeKind::permute_channels:
    case NodeKind::identity:
      return format::k_copy;
    case NodeKind::channel_shuffle:
      return format::k_channel_shuffle;
    case NodeKind::upsample:
      return format::k_upsample;
    case NodeKind::space_to_depth:
      return format::k_space_to_depth;
    case NodeKind::affine:
      break;  // gone after fold_batch_norm
  }
  throw ConvertError(std::string(node_kind_name(node.kind)) + " '" + node.name + "'",
                     "left over after the passes; please report this");
}

int parameter_of(const Node& node) {
  switch (node.kind) {
    case NodeKind::upsample:
    case NodeKind::space_to_depth:
      return node.factor;
    case NodeKind::channel_shuffle:
      return node.groups;
    case NodeKind::avg_pool:
      return node.count_padding ? 1 : 0;
    default:
      return 0;
  }
}

// A view of more channel runs than a node may have: these values must be made explicit.
struct TooManyRuns {
  std::vector<ValueId> values;
};

class Builder {
 public:
  Builder(const Graph& graph, bool views, const std::vector<ValueId>& explicit_values)
      : graph_(graph),
        views_(graph, views, explicit_values),
        assignment_(assign_slots(graph, views_)) {}

  Program run() {
    Program program;
    program.buffers = assignment_.buffers;
    for (const Node& node : graph_.nodes) {
      if (views_.is_root(node.output)) program.steps.push_back(make_step(node));
    }
    for (const Head& head : graph_.heads) {
      program.head_buffers.push_back(
          assignment_.placements[static_cast<size_t>(head.value)].buffer);
    }
    return program;
  }

 private:
  std::vector<Location> locate(ValueId value) const {
    std::vector<Location> out;
    for (const ChannelRef& ref : views_.channels(value)) {
      const Placement& at = assignment_.placements[static_cast<size_t>(ref.root)];
      out.push_back({at.buffer, at.slot[static_cast<size_t>(ref.channel)], ref.shift});
    }
    return out;
  }

  static std::vector<format::Segment> merge(const std::vector<ValueId>& values,
                                            const std::vector<Location>& at,
                                            const std::vector<int>& order) {
    std::vector<format::Segment> segments;
    const Location* last = nullptr;
    for (const int channel : order) {
      const Location& here = at[static_cast<size_t>(channel)];
      const bool joins = last != nullptr && last->buffer == here.buffer &&
                         last->shift == here.shift && last->slot + 1 == here.slot;
      if (joins) {
        ++segments.back().channels;
      } else {
        segments.push_back({static_cast<uint16_t>(here.buffer), static_cast<uint16_t>(here.slot), 1,
                            static_cast<uint8_t>(here.shift), 0});
      }
      last = &here;
    }
    if (segments.size() > format::kMaxSegmentsPerView) throw TooManyRuns{values};
    return segments;
  }

  static std::vector<int> straight(size_t n) {
    std::vector<int> order(n);
    std::iota(order.begin(), order.end(), 0);
    return order;
  }

  // Channels sorted by where they lie, buffers in the order in which the view names them.
  static std::vector<int> memory_order(const std::vector<Location>& at) {
    std::vector<std::pair<int, int>> seen;
    std::vector<int> rank(at.size());
    for (size_t i = 0; i < at.size(); ++i) {
      const std::pair key(at[i].buffer, at[i].shift);
      const auto found = std::find(seen.begin(), seen.end(), key);
      rank[i] = static_cast<int>(found - seen.begin());
      if (found == seen.end()) seen.push_back(key);
    }
    std::vector<int> order = straight(at.size());
    std::stable_sort(order.begin(), order.end(), [&](int a, int b) {
      const auto i = static_cast<size_t>(a);
      const auto j = static_cast<size_t>(b);
      return std::tie(rank[i], at[i].slot) < std::tie(rank[j], at[j].slot);
    });
    return order;
  }

  Step make_step(const Node& node) const {
    Step step;
    step.op = op_of(graph_, node);
    step.name = node.name;
    step.window = node.window;
    step.parameter = parameter_of(node);
    step.activation = node.activation;
    step.alpha = node.alpha;
    step.scales = node.scales;
    if (step.op == format::k_conv2d) {
      add_dense(node, &step);
    } else if (moves_data(node.kind)) {
      add_movement(node, &step);
    } else {
      add_channelwise(node, &step);
    }
    return step;
  }

  // Input and output channels are both free: each view in memory order, weights permuted.
  void add_dense(const Node& node, Step* step) const {
    const std::vector<Location> in = locate(node.inputs[0]);
    const std::vector<Location> out = locate(node.output);
    const std::vector<int> in_order = memory_order(in);
    std::vector<int> out_order = memory_order(out);
    put_objectness_first(node.output, &out_order);
    step->operands.push_back(merge(node.inputs, in, in_order));
    step->output = merge({node.output}, out, out_order);
    const size_t taps =
        static_cast<size_t>(node.window.kernel_h) * static_cast<size_t>(node.window.kernel_w);
    step->weights.reserve(node.weights.size());
    for (const int o : out_order) {
      add_output(node, o, step);
      for (const int i : in_order) {
        const size_t filter = static_cast<size_t>(o) * in.size() + static_cast<size_t>(i);
        const auto first = node.weights.begin() + static_cast<std::ptrdiff_t>(filter * taps);
        step->weights.insert(step->weights.end(), first, first + static_cast<std::ptrdiff_t>(taps));
      }
    }
  }

  // All but the weights.
  static void add_output(const Node& node, int channel, Step* step) {
    const auto o = static_cast<size_t>(channel);
    step->bias.push_back(node.bias[o]);
    if (!node.weight_steps.empty()) step->weight_steps.push_back(node.weight_steps[o]);
  }

  // The engine computes the panel that holds the objectness of all anchors before it decides on the
  // others: let it be one.
  void put_objectness_first(ValueId output, std::vector<int>* order) const {
    for (const Head& head : graph_.heads) {
      if (head.value != output) continue;
      const auto per_anchor = static_cast<int>(order->size() / head.anchors.size());
      std::stable_partition(order->begin(), order->end(),
                            [&](int channel) { return channel % per_anchor == 4; });
    }
  }

  // All views must name the channels in the same order: the output's in memory.
  void add_channelwise(const Node& node, Step* step) const {
    const std::vector<Location> out = locate(node.output);
    const std::vector<int> order = memory_order(out);
    step->output = merge({node.output}, out, order);
    for (const ValueId input : node.inputs) {
      step->operands.push_back(merge({input, node.output}, locate(input), order));
    }
    if (node.kind != NodeKind::conv) return;
    const size_t taps = node.weights.size() / node.bias.size();
    for (const int channel : order) {
      add_output(node, channel, step);
      const auto first =
          node.weights.begin() + static_cast<std::ptrdiff_t>(static_cast<size_t>(channel) * taps);
      step->weights.insert(step->weights.end(), first, first + static_cast<std::ptrdiff_t>(taps));
    }
  }

  // An explicit movement: its inputs one after the other, channels picked as the op says.
  void add_movement(const Node& node, Step* step) const {
    std::vector<Location> in;
    for (const ValueId input : node.inputs) {
      const std::vector<Location> part = locate(input);
      in.insert(in.end(), part.begin(), part.end());
    }
    std::vector<int> picked = straight(in.size());
    if (node.kind == NodeKind::slice) {
      picked.assign(picked.begin() + node.begin, picked.begin() + node.end);
    }
    if (node.kind == NodeKind::permute_channels) picked = node.permutation;
    const std::vector<Location> out = locate(node.output);
    step->operands.push_back(merge(node.inputs, in, picked));
    step->output = merge({node.output}, out, straight(out.size()));
  }

  const Graph& graph_;
  Views views_;
  Assignment assignment_;
};

void write_view(std::ostream& out, const std::vector<format::Segment>& view) {
  out << '[';
  for (size_t i = 0; i < view.size(); ++i) {
    const format::Segment& s = view[i];
    if (i != 0) out << ' ';
    out << 'b' << s.tensor << ':' << s.channel << '+' << s.channels;
    if (s.upsample_shift != 0) out << "^" << int{s.upsample_shift};
  }
  out << ']';
}

const char* op_name(format::OpCode op) {
  switch (op) {
#define LINNET_OP(name, code, operands, weights, window, channels, types) \
  case format::k_##name:                                                  \
    return #name;
#include "model/ops.def"
#undef LINNET_OP
  }
  return "unknown";
}

}  // namespace

Program build_program(const Graph& graph, bool views) {
  std::vector<ValueId> explicit_values;
  // A round makes at least one more value explicit, or nothing is left to try.
  for (size_t round = 0; round <= graph.values.size(); ++round) {
    try {
      return Builder(graph, views, explicit_values).run();
    } catch (const TooManyRuns& problem) {
      explicit_values.insert(explicit_values.end(), problem.values.begin(), problem.values.end());
    }
  }
  throw ConvertError("", "expected views of at most " +
                             std::to_string(format::kMaxSegmentsPerView) +
                             " channel runs, found more; use --no-views");
}

std::string to_text(const Program& program) {
  host::TextStream out;
  for (size_t i = 0; i < program.buffers.size(); ++i) {
    out << 'b' << i << " channels=" << program.buffers[i].channels << "  # "
        << program.buffers[i].name << '\n';
  }
  for (const Step& step : program.steps) {
    write_view(out, step.output);
    out << " = " << op_name(step.op) << '(';
    for (size_t i = 0; i < step.operands.size(); ++i) {
      if (i != 0) out << ", ";
      write_view(out, step.operands[i]);
    }
    out << ") " << step.window.kernel_h << 'x' << step.window.kernel_w << '/'
        << step.window.stride_h << "  # " << step.name << '\n';
  }
  return out.str();
}

}  // namespace linnet::converter
