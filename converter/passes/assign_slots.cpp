#include "converter/passes/assign_slots.h"

#include <algorithm>
#include <climits>
#include <map>
#include <numeric>

#include "converter/passes/rewrite.h"

namespace linnet::converter {
namespace {

constexpr int kForEver = INT_MAX;  // heads are read after the last step
// Channel orders are tried exhaustively up to this many roots in a buffer.
constexpr size_t kMaxSearchedRoots = 10;
// … and as far as this many channels may be placed in all trials together.
constexpr size_t kMaxPlacedChannels = size_t{1} << 22;

// What is known of a root before it is placed.
struct Root {
  ValueId value = kNoValue;
  int step = -1;  // index of the node that writes it
  bool channelwise = false;
  ValueId first_input = kNoValue;
  std::vector<std::vector<int>> readers;  // of each channel, sorted steps
  bool partial = false;                   // channels differ in their readers
};

class UnionFind {
 public:
  explicit UnionFind(size_t n) : parent_(n) {
    std::iota(parent_.begin(), parent_.end(), size_t{0});
  }
  size_t find(size_t i) {
    while (parent_[i] != i) i = parent_[i] = parent_[parent_[i]];
    return i;
  }
  void unite(size_t a, size_t b) { parent_[find(a)] = find(b); }

 private:
  std::vector<size_t> parent_;
};

int runs(std::vector<int> slots) {
  std::sort(slots.begin(), slots.end());
  int count = slots.empty() ? 0 : 1;
  for (size_t i = 1; i < slots.size(); ++i) count += slots[i] != slots[i - 1] + 1;
  return count;
}

class Assigner {
 public:
  Assigner(const Graph& graph, const Views& views)
      : graph_(graph), views_(views), root_of_(graph.values.size(), -1) {}

  Assignment run() {
    result_.placements.resize(graph_.values.size());
    collect_roots();
    collect_readers();
    for (std::vector<size_t>& group : group_roots()) place_group(group);
    return std::move(result_);
  }

 private:
  const Shape& shape(ValueId value) const {
    return graph_.values[static_cast<size_t>(value)].shape;
  }
  Root& root(ValueId value) {
    return roots_[static_cast<size_t>(root_of_[static_cast<size_t>(value)])];
  }

  void add_root(ValueId value, int step) {
    root_of_[static_cast<size_t>(value)] = static_cast<int>(roots_.size());
    Root root;
    root.value = value;
    root.step = step;
    root.readers.resize(static_cast<size_t>(shape(value).channels));
    roots_.push_back(std::move(root));
  }

  void collect_roots() {
    add_root(graph_.input, -1);
    for (size_t i = 0; i < graph_.nodes.size(); ++i) {
      const Node& node = graph_.nodes[i];
      if (!views_.is_root(node.output)) continue;
      add_root(node.output, static_cast<int>(i));
      const bool dense = node.kind == NodeKind::conv && !is_depthwise(graph_, node);
      roots_.back().channelwise = !dense && !moves_data(node.kind);
      roots_.back().first_input = node.inputs[0];
    }
  }

  void collect_readers() {
    for (const Root& reader : roots_) {
      if (reader.step < 0) continue;
      for (const ValueId input : graph_.nodes[static_cast<size_t>(reader.step)].inputs) {
        for (const ChannelRef& ref : views_.channels(input)) {
          auto& steps = root(ref.root).readers[static_cast<size_t>(ref.channel)];
          if (steps.empty() || steps.back() != reader.step) steps.push_back(reader.step);
        }
      }
    }
    for (const Head& head : graph_.heads) {
      for (auto& steps : root(head.value).readers) steps.push_back(kForEver);
    }
    for (Root& r : roots_) {
      r.partial = std::any_of(r.readers.begin(), r.readers.end(),
                              [&](const auto& steps) { return steps != r.readers[0]; });
    }
  }

  // Roots that one operand mixes share a buffer if slots can be reused (some channels die before
  // others) or if they live and die together (then they become one run).
  bool share(const Root& a, const Root& b) const {
    if (views_.is_natural(a.value) || views_.is_natural(b.value)) return false;
    if (shape(a.value).height != shape(b.value).height) return false;
    if (shape(a.value).width != shape(b.value).width) return false;
    return a.partial || b.partial || a.readers[0] == b.readers[0];
  }

  std::vector<std::vector<size_t>> group_roots() {
    UnionFind sets(roots_.size());
    for (const Root& reader : roots_) {
      if (reader.step < 0) continue;
      for (const ValueId input : graph_.nodes[static_cast<size_t>(reader.step)].inputs) {
        unite_operand(views_.channels(input), &sets);
      }
    }
    std::map<size_t, std::vector<size_t>> by_set;
    for (size_t i = 0; i < roots_.size(); ++i) by_set[sets.find(i)].push_back(i);
    std::vector<std::vector<size_t>> groups;
    for (auto& [set, members] : by_set) groups.push_back(std::move(members));
    std::sort(groups.begin(), groups.end(),
              [](const auto& a, const auto& b) { return a[0] < b[0]; });
    return groups;
  }

  void unite_operand(const std::vector<ChannelRef>& refs, UnionFind* sets) {
    std::vector<int> mixed;
    for (const ChannelRef& ref : refs) {
      const int index = root_of_[static_cast<size_t>(ref.root)];
      if (ref.shift == 0 && std::find(mixed.begin(), mixed.end(), index) == mixed.end()) {
        mixed.push_back(index);
      }
    }
    for (size_t i = 0; i < mixed.size(); ++i) {
      for (size_t j = i + 1; j < mixed.size(); ++j) {
        const auto a = static_cast<size_t>(mixed[i]);
        const auto b = static_cast<size_t>(mixed[j]);
        if (share(roots_[a], roots_[b])) sets->unite(a, b);
      }
    }
  }

  // Logical channels of a root in the order in which they take slots: channels with the same
  // readers together, those that die first at the front or, flipped, at the end.
  std::vector<int> channel_order(const Root& r, bool flipped) const {
    std::vector<int> order(r.readers.size());
    std::iota(order.begin(), order.end(), 0);
    if (views_.is_natural(r.value)) return order;
    if (!r.partial) return r.channelwise ? input_order(r, std::move(order)) : order;
    std::stable_sort(order.begin(), order.end(), [&](int a, int b) {
      const auto& left = r.readers[static_cast<size_t>(flipped ? b : a)];
      const auto& right = r.readers[static_cast<size_t>(flipped ? a : b)];
      const int left_end = left.empty() ? -1 : left.back();
      const int right_end = right.empty() ? -1 : right.back();
      return left_end != right_end ? left_end < right_end : left < right;
    });
    return order;
  }

  // A channel-wise op keeps the order that its input has in memory, so that both are one run.
  std::vector<int> input_order(const Root& r, std::vector<int> order) const {
    const auto key = [&](int channel) {
      const ChannelRef& ref = views_.channels(r.first_input)[static_cast<size_t>(channel)];
      const Placement& at = result_.placements[static_cast<size_t>(ref.root)];
      const int slot = at.buffer < 0 ? ref.channel : at.slot[static_cast<size_t>(ref.channel)];
      return std::pair(at.buffer, slot);
    };
    std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return key(a) < key(b); });
    return order;
  }

  struct Trial {
    std::vector<Placement> placements;  // one per root of the group
    int slots = 0;
  };

  // Plays the steps in order: each root takes free slots, lowest first, and new ones at the end.
  Trial play(const std::vector<size_t>& group, size_t flips) const {
    Trial trial;
    std::vector<int> last_use;  // of each slot's occupant
    for (size_t g = 0; g < group.size(); ++g) {
      const Root& r = roots_[group[g]];
      std::vector<int> free;
      for (size_t s = 0; s < last_use.size(); ++s) {
        if (last_use[s] < r.step) free.push_back(static_cast<int>(s));
      }
      while (free.size() < r.readers.size()) {
        free.push_back(static_cast<int>(last_use.size()));
        last_use.push_back(-1);
      }
      Placement placement;
      placement.slot.resize(r.readers.size());
      const std::vector<int> order = channel_order(r, ((flips >> g) & 1) != 0);
      for (size_t i = 0; i < order.size(); ++i) {
        const auto channel = static_cast<size_t>(order[i]);
        placement.slot[channel] = free[i];
        // A channel that nobody reads still occupies its slot while it is written.
        last_use[static_cast<size_t>(free[i])] =
            r.readers[channel].empty() ? r.step : r.readers[channel].back();
      }
      trial.placements.push_back(std::move(placement));
    }
    trial.slots = static_cast<int>(last_use.size());
    return trial;
  }

  // Contiguous runs that writers and readers of the group see.
  int cost(const std::vector<size_t>& group, const Trial& trial) const {
    std::map<std::pair<int, ValueId>, std::vector<int>> operands;
    int total = 0;
    for (size_t g = 0; g < group.size(); ++g) {
      total += runs(trial.placements[g].slot);
    }
    std::map<ValueId, size_t> member;
    for (size_t g = 0; g < group.size(); ++g) member[roots_[group[g]].value] = g;
    for (const Root& reader : roots_) {
      if (reader.step < 0) continue;
      for (const ValueId input : graph_.nodes[static_cast<size_t>(reader.step)].inputs) {
        std::vector<int> slots;
        for (const ChannelRef& ref : views_.channels(input)) {
          const auto found = member.find(ref.root);
          if (found == member.end()) continue;
          slots.push_back(trial.placements[found->second].slot[static_cast<size_t>(ref.channel)]);
        }
        total += runs(std::move(slots));
      }
    }
    return total;
  }

  void place_group(const std::vector<size_t>& group) {
    Trial best = play(group, 0);
    if (group.size() > 1) {
      int best_cost = cost(group, best);
      size_t channels = 0;
      for (const size_t member : group) channels += roots_[member].readers.size();
      const size_t trials = std::min(size_t{1} << std::min(group.size(), kMaxSearchedRoots),
                                     kMaxPlacedChannels / channels);
      for (size_t flips = 1; flips < trials; ++flips) {
        Trial trial = play(group, flips);
        const int trial_cost = cost(group, trial);
        if (trial_cost >= best_cost) continue;
        best_cost = trial_cost;
        best = std::move(trial);
      }
    }
    const auto buffer = static_cast<int>(result_.buffers.size());
    const ValueId first = roots_[group[0]].value;
    result_.buffers.push_back({graph_.values[static_cast<size_t>(first)].name, best.slots});
    for (size_t g = 0; g < group.size(); ++g) {
      best.placements[g].buffer = buffer;
      result_.placements[static_cast<size_t>(roots_[group[g]].value)] =
          std::move(best.placements[g]);
    }
  }

  const Graph& graph_;
  const Views& views_;
  std::vector<int> root_of_;  // index into roots_ of each value
  std::vector<Root> roots_;   // in step order
  Assignment result_;
};

}  // namespace

Assignment assign_slots(const Graph& graph, const Views& views) {
  return Assigner(graph, views).run();
}

}  // namespace linnet::converter
